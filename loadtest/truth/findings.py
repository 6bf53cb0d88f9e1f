"""
All that the trials gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cells import Cell
from late_workflow_task_trial import WorkflowTrials
from model_trial import ModelTrials
from step_trial import Outcome

from loadtest.results.window_decision import Decided

Tried = tuple[Cell, list[Outcome]]


@dataclass(slots=True)
class Findings:
    """
    What was found, in the order in which it was asked for.

    Attributes:
        cells: Measured steps of each cell.
        by_model, workflow: Trials of the other kinds.
    """

    cells: list[Tried] = field(default_factory=list)
    by_model: list[ModelTrials] = field(default_factory=list)
    workflow: list[WorkflowTrials] = field(default_factory=list)

    def of(self, table: str) -> list[Tried]:
        """
        The cells of one table that were tried.
        """
        return sorted(
            (tried for tried in self.cells if tried[0].table == table and tried[1]),
            key=lambda tried: (tried[0].subject.traits.replicas, tried[0].row, tried[0].utilization),
        )


def is_wrong(outcome: Outcome) -> bool:
    """
    Return whether the opposite of the truth was said.
    """
    return outcome.answer is (Decided.MISSED if outcome.met else Decided.MET)


def distinct_saturate_steps(cells: Sequence[Tried]) -> list[Outcome]:
    """
    Return an outcome for each saturate step, which the cells of a row share.
    """
    first: dict[str, list[Outcome]] = {}
    for cell, found in cells:
        first.setdefault(cell.row, found)
    return [outcome for found in first.values() for outcome in found]
