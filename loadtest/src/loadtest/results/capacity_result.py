"""
What is said of how much each replica count carries: ``capacity.json``.
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
    A replica count at the rate that was asked.

    Attributes:
        carries: Whether it keeps the SLO there.
        low_ratio, high_ratio: How much more than the rate it carries, as a share, at the bracket's two ends;
            null without a bracket.
        why: Why it cannot be told; empty where it is.
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
        step: Name of its folder.
        arrival_rate: Orders per second.
        window_seconds: Its counted part.
        verdict: ``valid``, ``overloaded`` or ``invalid``.
        against_slower: Met: the rate 5 % lower is kept; missed: it is not; null where nothing was decided.
        against_faster: The same of the rate 5 % higher.
        proposed_after: The model's rate with what the probe taught; null where it taught nothing.
        reasons: Why it may not be believed.
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
        replicas: The count.
        low, high: Orders per second that keep the SLO, and that miss it; null where there is no bracket.
        low_confirmed, high_confirmed: Whether traffic showed it; else it is the model's word, not contradicted.
        saturated_per_second: What it completed under a closed load, of two the one that is used; null where that was not
            measured.
        saturated_half_width: Half of its 95 % interval.
        saturated_limit: What held it; null where it was not measured.
        proposed: The rate that the model proposed first; null where there was none.
        path: The probes.
        measured_seconds: Warm-ups and windows of all its steps.
        headroom: At the rate that was asked; null where none was.
        why: Why there is no bracket; empty where there is one.
        notes: What a reader should know of its closed load.
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
    Everything that is said of a search for capacities.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        plan, scenario: What was measured.
        bound_seconds: A task that waits longer is late.
        allowed_ratio: Share that may be late.
        rate: At which the headroom was asked; null where it was not.
        counts: One for each replica count, rising.
        measured_seconds: Warm-ups and windows of all steps.
        grid_seconds: What a grid of rates 10 % apart would have measured for the same.
        ended: Why no more was measured.
        warnings: What a reader should know before the numbers.
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
        The smallest measured count that carries the rate asked.
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
        At a rate: 0 if a count carries it, 1 if none does, else 3; without one: 0 if every count has a bracket, else 3.
        """
        if self.rate is None:
            return 0 if self.counts and all(one.low is not None for one in self.counts) else 3
        if self.enough is not None:
            return 0
        found = [one.headroom.carries for one in self.counts if one.headroom is not None]
        return 1 if found and all(each is Carries.NOT_ENOUGH for each in found) else 3
