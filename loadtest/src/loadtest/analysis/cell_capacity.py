"""
What the slots of a cell can do, from the cell's own saturate steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.analysis.counts import looked_seconds, window_workflows, work
from loadtest.analysis.overload import LoadLevel, SlotCapacity, capacity_of_unknown_draws
from loadtest.analysis.saturation import FULL_SLOTS_RATIO
from loadtest.results.difference import Histogram
from loadtest.results.measured import Measured, StepKey

# Where nobody saw how long activities take, they are taken to spread as exponential work does.
UNSEEN_CV = 1.0


@dataclass(frozen=True, slots=True)
class CellCapacity:
    """
    The capacity of a cell, and how full its slots were when it was measured.

    Attributes:
        capacity: Orders per second with their half width.
        slots_used_ratio: Mean share of the slots in use; ``None`` if not seen.
    """

    capacity: SlotCapacity
    slots_used_ratio: float | None

    @property
    def is_full(self) -> bool:
        """
        Whether the slots were the limit, so that the capacity is theirs.
        """
        return self.slots_used_ratio is not None and self.slots_used_ratio >= FULL_SLOTS_RATIO

    def level(self, rate: float) -> LoadLevel:
        """
        Say where a rate lies.

        Slots that were not full can do more than was measured: a rate is above them only if it is above what they
        would do in full.
        """
        found = self.capacity.level(rate)
        if self.is_full or found is LoadLevel.BELOW:
            return found
        used = self.slots_used_ratio or 0.0
        if not used:
            return found
        full = SlotCapacity(self.capacity.orders_per_second / used, self.capacity.half_width_ratio)
        return LoadLevel.ABOVE if full.level(rate) is LoadLevel.ABOVE else LoadLevel.AT


def cell_capacity(saturated: Sequence[Measured]) -> CellCapacity | None:
    """
    Join the saturate steps of one cell.

    Args:
        saturated: Its valid saturate steps.

    Returns:
        ``None`` if there is none, or nothing was completed.
    """
    seconds = math.fsum(looked_seconds(step) for step in saturated)
    orders = math.fsum(window_workflows(step) for step in saturated)
    if not saturated or orders <= 0:
        return None
    counted = [done.in_window for step in saturated if (done := work(step)) is not None]
    activities = round(sum(counted)) if counted else round(orders)
    cv = max(slot_time_cv(step) for step in saturated)
    used = [step.slots_used / step.slots for step in saturated if step.slots_used is not None and step.slots]
    return CellCapacity(
        capacity_of_unknown_draws(orders / seconds, cv, activities),
        math.fsum(used) / len(used) if used else None,
    )


def same_cell(step: Measured, key: StepKey) -> bool:
    """
    Return whether a step is of the same replicas and factors.
    """
    return (step.key.replicas, step.key.factors) == (key.replicas, key.factors)


def slot_time_cv(measured: Measured) -> float:
    """
    Return standard deviation over mean of the time that an activity holds its slot.
    """
    window = measured.worker_window
    held = window.histograms.get("worker.activity_execution") if window is not None else None
    return UNSEEN_CV if held is None or not held.count else histogram_cv(held)


def histogram_cv(histogram: Histogram) -> float:
    """
    Return standard deviation over mean of a histogram's samples, evenly spread within each bucket.
    """
    low, squares, total = 0.0, 0.0, 0.0
    for high, count in zip(histogram.bounds, histogram.counts, strict=True):
        end = low if math.isinf(high) else high
        squares += count * (low * low + low * end + end * end) / 3
        total += count * (low + end) / 2
        low = end
    count = histogram.count
    mean = total / count
    return math.sqrt(max(0.0, squares / count - mean * mean)) / mean if mean else 0.0
