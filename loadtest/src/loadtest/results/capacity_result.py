"""
The result of how much each replica count carries: ``capacity.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from loadtest.results.step_result_parts import Limit
from loadtest.results.window_decision import Decided


class Carries(StrEnum):
    """
    Whether a replica count carries the rate that was asked.
    """

    ENOUGH = "enough"
    NOT_ENOUGH = "not enough"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Headroom:
    """
    How a replica count stands at the rate that was asked.

    Attributes:
        carries: Whether the count keeps the SLO at the rate.
        low_ratio, high_ratio: How much more than the rate the count carries, as a share, at the bracket's two ends;
            null without a bracket.
        why: Why it is not known; empty where it is.
    """

    carries: Carries
    low_ratio: float | None
    high_ratio: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SearchStep:
    """
    One probe of the search.

    Attributes:
        step: Name of the probe's folder.
        arrival_rate: Arrival rate of the probe, in orders per second.
        window_seconds: Length of the probe's window.
        verdict: ``valid``, ``overloaded`` or ``invalid``.
        against_slower: Met: the rate 5 % lower keeps the SLO; missed: it does not; null where nothing was decided.
        against_faster: The same for the rate 5 % higher.
        proposed_after: Rate that the model proposes with what the probe taught, in orders per second; null where it
            taught nothing.
        reasons: Why the probe may not be believed; empty where it may.
    """

    step: str
    arrival_rate: float
    window_seconds: float
    verdict: str
    against_slower: Decided | None
    against_faster: Decided | None
    proposed_after: float | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CountCapacity:
    """
    How much one replica count carries.

    Attributes:
        replicas: Number of replicas.
        low, high: Highest rate known to keep the SLO and lowest rate known to miss it, in orders per second; null where
            there is no bracket.
        low_confirmed, high_confirmed: Whether traffic showed that end; else it is the model's answer, which traffic did
            not contradict.
        saturated_per_second: Throughput under a closed load, of two steps that of the one that is used; null where it
            was not measured.
        saturated_half_width: Half of the throughput's 95 % interval.
        saturated_limit: What limited the throughput; null where it was not measured.
        proposed: The rate that the model proposed first, in orders per second; null where there was none.
        path: Probes in the order in which they were run.
        measured_seconds: Seconds of warm-ups and windows of all steps of this count.
        headroom: Headroom at the rate that was asked; null where none was asked.
        why: Why there is no bracket; empty where there is one.
        notes: Notes for the reader on the closed load of this count.
    """

    replicas: int
    low: float | None
    high: float | None
    low_confirmed: bool
    high_confirmed: bool
    saturated_per_second: float | None
    saturated_half_width: float | None
    saturated_limit: Limit | None
    proposed: float | None
    path: tuple[SearchStep, ...]
    measured_seconds: float
    headroom: Headroom | None
    why: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CapacityResult:
    """
    The result of a search for capacities.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        plan, scenario: Names of the plan and of the scenario.
        bound_seconds: The bound on the waits: a task that waits longer is late.
        allowed_ratio: Share of the tasks that may be late.
        rate: Orders per second at which the headroom was asked; null where it was not.
        counts: One entry for each replica count, rising.
        measured_seconds: Seconds of warm-ups and windows of all steps.
        grid_seconds: Seconds that a grid of rates 10 % apart would have measured for the same answer.
        ended: Why no more steps were measured.
        warnings: Warnings to read before the numbers.
    """

    schema: Literal[1]
    run: str
    plan: str
    scenario: str
    bound_seconds: float
    allowed_ratio: float
    rate: float | None
    counts: tuple[CountCapacity, ...]
    measured_seconds: float
    grid_seconds: float
    ended: str
    warnings: tuple[str, ...] = ()

    @property
    def enough(self) -> int | None:
        """
        The smallest measured count that carries the rate that was asked.
        """
        return next(
            (
                one.replicas
                for one in self.counts
                if one.headroom is not None and one.headroom.carries is Carries.ENOUGH
            ),
            None,
        )

    @property
    def exit_code(self) -> int:
        """
        With a rate: 0 if a count carries it, 1 if none does, else 3. Without a rate: 0 if every count has a bracket,
        else 3.
        """
        if self.rate is None:
            return 0 if self.counts and all(one.low is not None for one in self.counts) else 3
        if self.enough is not None:
            return 0
        found = [one.headroom.carries for one in self.counts if one.headroom is not None]
        return 1 if found and all(each is Carries.NOT_ENOUGH for each in found) else 3
