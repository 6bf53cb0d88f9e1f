"""
The highest rate of orders that keeps an SLO at one replica count, as a bracket around the model's word.

One probe at the model's rate is held against twins whose capacities lie below and above.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from loadtest.analysis.twin.late import LateBound
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS, find_edge, rate_at_bound
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.work_distribution import WorkDistribution
from loadtest.results.window_decision import Decided

SIDE_RATIO = 1.05
PROBE_MISFIT_RATIO = 0.05  # smaller than for a verdict alone: a wrong side only shifts the next probe
MOVED_RATIO = 0.02
_STEP_RATIO = SIDE_RATIO**1.5


@dataclass(frozen=True, slots=True)
class Probe:
    """
    An open step to run next.

    Attributes:
        arrival_rate: Orders per second.
        model: The calibrated model, for the twins' past.
        slower, middle, faster: Models whose capacity at the SLO is below, at and above the rate; the schedule
            is chosen by the middle one.
    """

    arrival_rate: float
    model: QueueModel
    slower: QueueModel
    middle: QueueModel
    faster: QueueModel


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """
    What a probe found.

    Attributes:
        against_slower, against_faster: Decisions against the twins of each, with ``PROBE_MISFIT_RATIO``.
        recalibrated: The model with the overhead that the probe's own slot times show; ``None`` if unknown.
    """

    against_slower: Decided
    against_faster: Decided
    recalibrated: QueueModel | None = None


@dataclass(frozen=True, slots=True)
class CapacityBracket:
    """
    Capacity at the SLO in orders per second.

    A side that is not confirmed is the model's word, which the traffic did not contradict.

    Attributes:
        low, high: The bracket; ``None`` if no probe agreed with the model, whose word is then worth nothing.
        low_confirmed, high_confirmed: Whether traffic showed it.
        probes: How many were run.
        why: Why there is none.
    """

    low: float | None
    high: float | None
    low_confirmed: bool
    high_confirmed: bool
    probes: int
    why: str | None = None


def search_capacity(
    model: QueueModel,
    work: WorkDistribution,
    bound: LateBound,
    most_probes: int = 3,
    tasks: int = LONG_RUN_TASKS,
) -> Generator[Probe, ProbeResult, CapacityBracket]:
    """
    Search the capacity at the SLO of one replica count.

    Yields the next probe, takes its result by ``send`` and returns the bracket.  A probe whose slot times move the
    model's rate by more than 2 % makes it propose anew, as 15 s of saturation may have held no stall.

    Args:
        model: Calibrated by a saturate step.
        work: The work's distribution.
        bound: The SLO.
        most_probes: After so many without an agreement there is no bracket.
        tasks: Tasks of each simulated long run.
    """
    rate = rate_at_bound(model, work, bound, tasks)
    for number in range(1, most_probes + 1):
        edges = [
            find_edge(model, work, rate * side, bound, tasks) for side in (1 / SIDE_RATIO, 1.0, SIDE_RATIO)
        ]
        models = [edge.model for edge in edges]
        slower, middle, faster = models
        if slower is None or middle is None or faster is None:
            why = next(edge.why for edge in edges if edge.model is None)
            return CapacityBracket(None, None, False, False, number - 1, why)
        result = yield Probe(rate, model, slower, middle, faster)
        if result.against_slower is Decided.MISSED:
            rate /= _STEP_RATIO
        elif result.against_faster is Decided.MET:
            rate *= _STEP_RATIO
        else:
            moved = _moved(result, work, bound, rate, tasks) if number < most_probes else None
            if moved is None:
                low, high = result.against_slower is Decided.MET, result.against_faster is Decided.MISSED
                return CapacityBracket(rate / SIDE_RATIO, rate * SIDE_RATIO, low, high, number)
            rate = moved
        model = result.recalibrated or model
    why = f"{most_probes} probes contradicted the model each time"
    return CapacityBracket(None, None, False, False, most_probes, why)


def _moved(
    result: ProbeResult, work: WorkDistribution, bound: LateBound, rate: float, tasks: int
) -> float | None:
    if result.recalibrated is None:
        return None
    anew = rate_at_bound(result.recalibrated, work, bound, tasks)
    return anew if abs(anew / rate - 1) > MOVED_RATIO else None
