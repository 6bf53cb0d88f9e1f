"""
A run by cells: the steps of one load and replica count together.

It chooses which steps represent a cell. A run with factors is first split into its combinations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SweepResult


@dataclass(frozen=True, slots=True)
class Cell:
    """
    All repetitions of one load at one replica count, in one combination of factors.
    """

    replicas: int
    load: int
    kind: str
    steps: tuple[StepResult, ...]

    @property
    def usable(self) -> tuple[StepResult, ...]:
        """
        The steps that may be believed and whose numbers are used.
        """
        return tuple(step for step in self.steps if step.counts_for_cell)

    def worst(self, read: Callable[[StepResult], float | None]) -> float | None:
        """
        Return the largest reading of the repetitions that may be believed; the SLO is compared with it.
        """
        values = [value for step in self.usable if (value := read(step)) is not None]
        return max(values, default=None)


def parts(sweep: SweepResult) -> list[SweepResult]:
    """
    Return one run for each combination of a run's factors; the run itself where it has none.
    """
    return [sweep.part(each) for each in sweep.combinations] if len(sweep.combinations) > 1 else [sweep]


def setting_of(part: SweepResult) -> str:
    """
    Return the setting of one combination in words; empty where the plan varies no factor.
    """
    return part.combinations[0].setting


def cells(sweep: SweepResult, kind: str | None = None, load: int | None = None) -> list[Cell]:
    """
    Return a run's cells by load, then replicas.
    """
    found: dict[tuple[int, int], list[StepResult]] = {}
    for step in sweep.steps:
        if (kind is None or step.load.kind == kind) and (load is None or step.load.index == load):
            found.setdefault((step.load.index, step.replicas), []).append(step)
    return [
        Cell(replicas, index, steps[0].load.kind, tuple(sorted(steps, key=lambda step: step.repetition)))
        for (index, replicas), steps in sorted(found.items())
    ]


def common_cells(sweep: SweepResult) -> list[Cell]:
    """
    Return the cells of the run's first open load, or of its first ``fraction`` load where it has no open one.
    """
    if sweep.demand.load is not None:
        return cells(sweep, load=sweep.demand.load)
    return _first_load(cells(sweep, kind="fraction"))


def _first_load(found: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in found if cell.load == found[0].load]


def unit(sweep: SweepResult) -> str:
    """
    Return what a run completes: orders for the repair shop's workflows, else workflows.
    """
    return "orders" if sweep.scenario.startswith("repair") else "workflows"
