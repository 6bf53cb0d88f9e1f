"""
Calibrates the model from a saturate step: overhead, dead time, order of service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.simulated_queue import Rows, SimulatedQueue
from loadtest.analysis.twin.work_distribution import Draws

NEWEST_FIRST_RATIOS = (-1.0, -0.5, 0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
_LUCKS = 6
# Shares "newest first" of real servers: mean and standard deviation of eight runs with 1, 2 and 4 replicas. One server in
# ten is taken to have any order.
USUAL_NEWEST_FIRST = 0.45
_USUAL_DEVIATION = 0.12
_UNUSUAL_RATIO = 0.1
# By how much a server's median of the waits over their mean differs from the model's beyond luck: two queues of a single
# replica looked like 0.65 and 0.9, and had the late tasks of 0.5 in the 300 s that followed.
_MODEL_DEVIATION = 0.05
_GRID = np.linspace(NEWEST_FIRST_RATIOS[0], NEWEST_FIRST_RATIOS[-1], 77)


@dataclass(frozen=True, slots=True)
class SimulatedOrder:
    """
    What one order of service makes of a saturate step's waits.

    Attributes:
        newest_first_ratio: The order of service.
        median_over_mean: Median of the waits over their mean, the mean of several runs.
        variance: Its variance between runs.
    """

    newest_first_ratio: float
    median_over_mean: float
    variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """
    The saturate step that an open step follows without a pause.

    Attributes:
        in_flight: Number of orders held open.
        seconds: Length of the whole step, warm-up included.
        warm_up_seconds: Length of the warm-up, which is not counted.
        draws: Work of the step's orders in seconds, one row per order.
    """

    in_flight: int
    seconds: float
    warm_up_seconds: float
    draws: Draws


@dataclass(frozen=True, slots=True)
class SaturateReading:
    """
    What was measured over a saturate step's window.

    Attributes:
        slot_seconds: Mean time that an activity held its slot.
        work_seconds: Mean work drawn by the same activities; 0 if only the slot time is known.
        slots_used_ratio: Share of the slots' time that these slot times took, by the same clock.
        wait_median_seconds, wait_mean_seconds: Median and mean wait of the tasks that started.
        gap_seconds: Seconds from an activity's end until the next one enters the queue.
    """

    slot_seconds: float
    work_seconds: float
    slots_used_ratio: float
    wait_median_seconds: float
    wait_mean_seconds: float
    gap_seconds: float


def calibrate(plan: QueueModel, reading: SaturateReading, past: Past) -> QueueModel:
    """
    Fill the model's unknowns from a saturate step.

    Dead time counts even where almost all slots are used: with slots of 0.26 s, 98.5 % in use leave 4 ms of dead time;
    without it a quarter of the late tasks is missing.

    Args:
        plan: Slots and shape.
        reading: Readings of the step's window.
        past: The step, which is simulated to read the order of service from its waits.
    """
    known = replace(
        plan,
        overhead_seconds=max(0.0, reading.slot_seconds - reading.work_seconds),
        dead_seconds=dead_time(reading.slot_seconds, reading.slots_used_ratio),
        gap_seconds=max(0.0, reading.gap_seconds),
    )
    if reading.wait_mean_seconds <= 0:
        return known
    seen = reading.wait_median_seconds / reading.wait_mean_seconds
    return replace(known, newest_first_ratio=order_of_service(seen, order_table(known, past)))


def recalibrate(model: QueueModel, slot_seconds: float, work_seconds: float) -> QueueModel:
    """
    Learn the overhead again from the open step's own slot times; keep everything else.
    """
    return replace(model, overhead_seconds=max(0.0, slot_seconds - work_seconds))


def dead_time(slot_seconds: float, slots_used_ratio: float) -> float:
    """
    Return the seconds from a slot's end to its next task, from the share of slots used under saturation.
    """
    if not slots_used_ratio > 0:
        raise ValueError(f"no slot was used: {slots_used_ratio:g}")
    return max(0.0, slot_seconds * (1 / slots_used_ratio - 1))


def order_table(model: QueueModel, past: Past) -> tuple[SimulatedOrder, ...]:
    """
    Simulate the saturate step under each order of service.
    """
    draws = np.ascontiguousarray(past.draws, dtype=np.float64)
    return _order_table(
        model, past.in_flight, past.seconds, past.warm_up_seconds, draws.shape, draws.tobytes()
    )


# A search calibrates from the same saturate step each time it proposes a step.
@lru_cache(maxsize=64)
def _order_table(
    model: QueueModel,
    in_flight: int,
    seconds: float,
    warm_up_seconds: float,
    shape: tuple[int, ...],
    drawn: bytes,
) -> tuple[SimulatedOrder, ...]:
    draws: Rows = np.frombuffer(drawn, dtype=np.float64).reshape(shape).tolist()
    table = []
    for ratio in NEWEST_FIRST_RATIOS:
        found = []
        for luck in range(1, _LUCKS + 1):
            queue = SimulatedQueue(replace(model, newest_first_ratio=ratio), luck_seed=luck)
            observed = queue.saturate(in_flight, draws, seconds)
            waits = observed.waits[observed.started >= warm_up_seconds]
            if len(waits) and waits.mean() > 0:
                found.append(float(np.median(waits) / waits.mean()))
        if found:
            table.append(SimulatedOrder(ratio, float(np.mean(found)), float(np.var(found))))
    return tuple(table)


def order_of_service(median_over_mean: float, table: Sequence[SimulatedOrder]) -> float:
    """
    Read the share "newest first" from the waits' median over mean, and from what servers usually have.

    It is the mean of the share's distribution given the waits. The few hundred tasks of one replica leave it wide, so that
    the usual share counts; those of many replicas make it narrow, and so does an order that is plainly another.

    Args:
        median_over_mean: Measured median of the waits over their mean.
        table: What each order of service makes of it, by ``order_table``; where it rises by chance it is levelled.
    """
    if not table:
        return USUAL_NEWEST_FIRST
    falling = np.minimum.accumulate([each.median_over_mean for each in table])
    expected = np.interp(_GRID, [each.newest_first_ratio for each in table], falling)
    variance = _MODEL_DEVIATION**2 + float(np.mean([each.variance for each in table]))
    usual = np.exp(-((_GRID - USUAL_NEWEST_FIRST) ** 2) / (2 * _USUAL_DEVIATION**2))
    before = (1 - _UNUSUAL_RATIO) * usual / usual.sum() + _UNUSUAL_RATIO / len(_GRID)
    fit = -((median_over_mean - expected) ** 2) / (2 * variance)
    weights = before * np.exp(fit - fit.max())
    return float(np.average(_GRID, weights=weights))
