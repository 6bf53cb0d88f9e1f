"""
A rate against the capacity of the slots: below, at or above it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.twin.work_distribution import WorkDistribution

DRAWN_CAPACITY_RATIO = 0.015
_SHARE_OF_CV = 0.04  # 15 s of exponential work, cv 1, with known draws


class LoadLevel(StrEnum):
    """
    Where a rate lies against capacity.
    """

    BELOW = "below capacity"
    AT = "at capacity"
    ABOVE = "above capacity"


@dataclass(frozen=True, slots=True)
class SlotCapacity:
    """
    The capacity of the slots.

    Attributes:
        orders_per_second: The capacity, in orders per second.
        half_width_ratio: 95 % half width of the capacity, as a share of it.
    """

    orders_per_second: float
    half_width_ratio: float

    def utilization(self, rate: float) -> float:
        """
        Return the rate as a share of the capacity.
        """
        return rate / self.orders_per_second

    def level(self, rate: float) -> LoadLevel:
        """
        Say where a rate of orders per second lies; at capacity the waits grow with the window.
        """
        used = self.utilization(rate)
        if used > 1 + self.half_width_ratio:
            return LoadLevel.ABOVE
        if used < 1 - self.half_width_ratio:
            return LoadLevel.BELOW
        return LoadLevel.AT


def capacity_of_known_draws(
    slots: int,
    activities: int,
    work: WorkDistribution,
    overhead_seconds: float,
    dead_seconds: float,
    edge_ratio: float = 0.0,
) -> SlotCapacity:
    """
    Return the capacity where the kit makes the draws, so that the luck of the measured ones drops out.

    Args:
        slots: Slots of all replicas.
        activities: Number of activities of one order.
        work: Distribution of an activity's work; its mean is used, not the mean of what was drawn.
        overhead_seconds: Measured slot time less the work of the same activities, in seconds.
        dead_seconds: Seconds from a slot's end to its next task under saturation.
        edge_ratio: What the window's edges make of a count (see ``window_edges``), as the dead time is read from one.

    Source:
        By simulation the half width from 15 s of activities of 0.25 s is 1.5 % for uniform and 4 % for exponential work.
    """
    held = work.mean + overhead_seconds + dead_seconds
    half = max(DRAWN_CAPACITY_RATIO, _SHARE_OF_CV * work.cv, NORMAL_95 * edge_ratio)
    return SlotCapacity(slots / (activities * held), half)


def capacity_of_unknown_draws(
    orders_per_second: float, slot_time_cv: float, activities_measured: int, edge_ratio: float = 0.0
) -> SlotCapacity:
    """
    Return the capacity that a saturate step measured, with the luck of its activities and of its window's edges in its
    half width.
    """
    return SlotCapacity(
        orders_per_second, throughput_half_width(slot_time_cv, activities_measured, edge_ratio)
    )


def throughput_half_width(slot_time_cv: float, activities_measured: int, edge_ratio: float = 0.0) -> float:
    """
    Return the 95 % half width of a saturated throughput, as a share of it.

    It is ``1.96 cv / sqrt(activities)``, and what the window's edges make of the count (``window_edges``).
    """
    if activities_measured < 1:
        return math.inf
    return NORMAL_95 * math.hypot(slot_time_cv / math.sqrt(activities_measured), edge_ratio)
