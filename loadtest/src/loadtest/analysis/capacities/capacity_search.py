"""
The highest rate of orders that keeps an SLO at one replica count, as a bracket around the model's rate.

A probe at the model's rate is compared with twins whose capacities lie below and above it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.twin import SloBound, rate_at_bound
from loadtest.results.capacity_result import Carries, Headroom
from loadtest.results.window_decision import Decided

SIDE_RATIO = 1.05
# Looks of a probe, which compares two sides; tried on systems of known capacity.
PROBE_LOOKS = (20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 600)
PROBE_MISFIT_RATIO = 0.05  # smaller than for a verdict alone: a wrong side only shifts the next probe
MOVED_RATIO = 0.02
MOST_PROBES = 3
# More than an edge needs, as the bracket is as exact as these tasks make it.
RATE_TASKS = 400_000
_STEP_RATIO: float = SIDE_RATIO**1.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """
    What a probe found.

    Attributes:
        arrival_rate: Orders per second.
        against_slower, against_faster: Decisions against twins whose capacity at the SLO is ``SIDE_RATIO`` below
            and above the rate, with ``PROBE_MISFIT_RATIO``.
        learnt: The calibration with the overhead that the saturate step and all probes up to this one showed.
    """

    arrival_rate: float
    against_slower: Decided
    against_faster: Decided
    learnt: Calibration

    @property
    def low(self) -> float | None:
        """
        The rate that the traffic showed to be kept; ``None`` if it showed none.
        """
        if self.against_faster is Decided.MET:
            return self.arrival_rate * SIDE_RATIO
        return self.arrival_rate / SIDE_RATIO if self.against_slower is Decided.MET else None

    @property
    def high(self) -> float | None:
        """
        The rate that the traffic showed to be missed; ``None`` if it showed none.
        """
        if self.against_slower is Decided.MISSED:
            return self.arrival_rate / SIDE_RATIO
        return self.arrival_rate * SIDE_RATIO if self.against_faster is Decided.MISSED else None

    @property
    def is_contradicted(self) -> bool:
        """
        Whether the capacity lies outside of the two sides.
        """
        return self.against_slower is Decided.MISSED or self.against_faster is Decided.MET


@dataclass(frozen=True, slots=True)
class CapacityBracket:
    """
    Capacity at the SLO in orders per second.

    A side that is not confirmed is the model's answer, which the traffic did not contradict.

    Attributes:
        low, high: Ends of the bracket; ``None`` if no probe agreed with the model, whose answer is then not used.
        low_confirmed, high_confirmed: Whether traffic showed that end.
        why: Why there is no bracket.
    """

    low: float | None
    high: float | None
    low_confirmed: bool = False
    high_confirmed: bool = False
    why: str | None = None


def search_capacity(
    first: Calibration,
    probes: Sequence[ProbeResult],
    bound: SloBound,
    most_probes: int = MOST_PROBES,
    tasks: int = RATE_TASKS,
) -> float | CapacityBracket:
    """
    Return the rate of the next probe, or the bracket that the probes so far leave.

    A probe whose slot times move the model's rate by more than 2 % makes the model propose a new rate, as the 15 s of
    saturation may have held no stall. What the traffic of any probe showed holds for all later ones.

    Args:
        first: Calibration from the saturate step.
        probes: Results of the probes, in the order in which they were run.
        bound: The SLO.
        most_probes: Number of probes after which the search ends without a bracket if none agreed.
        tasks: Number of tasks in each simulated long run.
    """
    if not probes:
        return proposed_rate(first, bound, tasks)
    last = probes[-1]
    low = max((probe.low for probe in probes if probe.low is not None), default=None)
    high = min((probe.high for probe in probes if probe.high is not None), default=None)
    if low is not None and high is not None:
        if low >= high:
            return CapacityBracket(None, None, why="probes contradict each other, so the system changed")
        if high / low <= SIDE_RATIO**2 * (1 + _ROUNDING):
            return CapacityBracket(low, high, low_confirmed=True, high_confirmed=True)
    if len(probes) >= most_probes:
        if last.is_contradicted:
            return CapacityBracket(None, None, why=f"{most_probes} probes contradicted the model each time")
        return _around(last.arrival_rate, low, high)
    before = probes[-2].learnt if len(probes) > 1 else first
    # How far the probe moved the model: where traffic contradicted the model, its rate itself is not believed.
    moved = proposed_rate(last.learnt, bound, tasks) / proposed_rate(before, bound, tasks)
    proposed = _within(_off_contradiction(last.arrival_rate * moved, last), low, high)
    if abs(proposed / last.arrival_rate - 1) > MOVED_RATIO:
        return proposed
    return _around(last.arrival_rate, low, high)


@lru_cache(maxsize=256)
def proposed_rate(calibration: Calibration, bound: SloBound, tasks: int = RATE_TASKS) -> float:
    """
    Return the rate at which exactly the allowed share of the model's tasks is late; takes seconds of CPU, once.
    """
    return rate_at_bound(calibration.model, calibration.work, bound, tasks)


def headroom_of(bracket: CapacityBracket, rate: float) -> Headroom:
    """
    Compare a rate with the bracket of a capacity.

    A side that is only the model's answer must be cleared by 5 % more than a side that traffic showed.

    Args:
        bracket: Bracket of one replica count's capacity.
        rate: Orders per second.
    """
    if bracket.low is None or bracket.high is None:
        return Headroom(Carries.UNKNOWN, None, None, bracket.why or "there is no bracket")
    low, high = bracket.low / rate - 1, bracket.high / rate - 1
    if rate <= (bracket.low if bracket.low_confirmed else bracket.low / SIDE_RATIO):
        return Headroom(Carries.ENOUGH, low, high)
    if rate >= (bracket.high if bracket.high_confirmed else bracket.high * SIDE_RATIO):
        return Headroom(Carries.NOT_ENOUGH, low, high)
    return Headroom(
        Carries.UNKNOWN, low, high, "the rate lies in the bracket, or near a side that is the model's word"
    )


def _off_contradiction(rate: float, last: ProbeResult) -> float:
    """
    Return a rate at least one step away from a probe whose traffic contradicted the model, in the direction of that
    probe's result.
    """
    if last.against_slower is Decided.MISSED:
        return min(rate, last.arrival_rate / _STEP_RATIO)
    if last.against_faster is Decided.MET:
        return max(rate, last.arrival_rate * _STEP_RATIO)
    return rate


def _within(rate: float, low: float | None, high: float | None) -> float:
    above = rate if low is None else max(rate, low)
    return above if high is None else min(above, high)


def _around(rate: float, low: float | None, high: float | None) -> CapacityBracket:
    bottom, top = rate / SIDE_RATIO, rate * SIDE_RATIO
    low_shown = low is not None and low >= bottom * (1 - _ROUNDING)
    high_shown = high is not None and high <= top * (1 + _ROUNDING)
    return CapacityBracket(low if low_shown else bottom, high if high_shown else top, low_shown, high_shown)
