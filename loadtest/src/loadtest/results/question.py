"""
The question that a run answers, kept in its folder as ``question.json`` so that it can be resumed and reported.

A run without that file is a sweep of its plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from loadtest.plan.prices import PriceTable, SidePrices
from loadtest.results.document import read, to_json
from loadtest.results.plan_setting import Setting
from loadtest.results.run_folder import Run

_FILE = "question.json"


@dataclass(frozen=True, slots=True)
class CompareQuestion:
    """
    Which of two settings is better.

    Attributes:
        a, b: The settings, with the same keys in the same order.
        load: Index of the plan's load that each block carries.
        rounds: Number of rounds of four blocks after which the first look is made.
        most_rounds: Number of rounds after which it ends undecided.
        gate: Quantities that must be decided, and that decide the exit code.
        prices: The user's prices; ``None`` compares no money.
        b_prices: Prices of B; ``None`` where they are those of A.
    """

    a: Setting
    b: Setting
    load: int
    rounds: int
    most_rounds: int
    gate: tuple[str, ...]
    prices: PriceTable | None = None
    b_prices: PriceTable | None = None
    verb: Literal["compare"] = "compare"

    @property
    def side_prices(self) -> SidePrices | None:
        """
        The prices of both settings; ``None`` compares no money.
        """
        if self.prices is None:
            return None
        return SidePrices(self.prices, self.prices if self.b_prices is None else self.b_prices)


@dataclass(frozen=True, slots=True)
class CapacityQuestion:
    """
    How much each replica count carries.

    Attributes:
        saturate, probe: Indices of the plan's loads: the closed one, and the open one whose rate is searched.
        most_probes: Largest number of probes at one replica count.
        longest_probe_seconds: Length of a probe's longest window; ``None`` decides it by the replica count.
        rate: Starts per second at which the headroom is asked; ``None`` asks for none.
    """

    saturate: int
    probe: int
    most_probes: int
    longest_probe_seconds: float | None = None
    rate: float | None = None
    verb: Literal["capacity"] = "capacity"


@dataclass(frozen=True, slots=True)
class LimitsQuestion:
    """
    What limits a setting.

    Attributes:
        rounds: Number of rounds of four blocks after which the first look at a relief is made.
        most_rounds: Number of rounds after which a relief ends undecided.
        most_suspects: Largest number of suspects that are relieved one after the other.
        starts_server: Whether the server is the run's own, so that its configuration can be changed.
        sets_worker: Whether the plan decides the workers' settings.
        adds_injectors: Whether the run can start more injectors, as on this machine.
    """

    rounds: int
    most_rounds: int
    most_suspects: int
    starts_server: bool
    sets_worker: bool
    adds_injectors: bool = False
    verb: Literal["limits"] = "limits"


Question = CompareQuestion | CapacityQuestion | LimitsQuestion


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question


def keep_question(run: Run, question: Question | None) -> None:
    """
    Write the question of a run into its folder; ``None`` is the sweep of its plan.
    """
    if question is not None:
        run.write(_FILE, to_json(_Asked(question)))


def question_of(run: Run) -> Question | None:
    """
    Read the question of a run; ``None`` is the sweep of its plan.

    Raises:
        InputError: The file is damaged; the error names it.
    """
    path = run.path / _FILE
    return read(_Asked, path).question if path.is_file() else None
