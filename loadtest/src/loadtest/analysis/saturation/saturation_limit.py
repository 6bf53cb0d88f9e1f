"""
What limited a saturate step's throughput, and whether its rate was level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.results.step_result_parts import Limit

# Between two tasks a slot is free for a moment, so that looks do not see all slots in use even if none is ever idle.
FULL_SLOTS_RATIO = 0.97
# Slots that are idle for less than a tenth of the time are the limit for the other nine tenths.
IDLE_SLOTS_RATIO = 0.90
RISE_RATIO = 0.03
_DEVIATIONS = 2.6
MATERIAL_RATIO = 0.03


def full_from(slot_looks: float) -> float:
    """
    Return the share of the slots that looks would see in use if all were, less what chance takes away in 39 of 40
    cases.

    Args:
        slot_looks: Number of looks times number of slots: four slots looked at once a second for 15 s give 60, which is
            4 % off by chance.
    """
    if slot_looks <= 0:
        return FULL_SLOTS_RATIO
    return FULL_SLOTS_RATIO - NORMAL_95 * math.sqrt(FULL_SLOTS_RATIO * (1 - FULL_SLOTS_RATIO) / slot_looks)


def limit_of(slots_used_ratio: float | None, rise_ratio: float | None, slot_looks: float = math.inf) -> Limit:
    """
    Return what limited the throughput that is used of a closed load.

    Args:
        slots_used_ratio: Share of the slots in use in the load's step; ``None`` where it was not seen.
        rise_ratio: How much more the step with twice the orders in flight completes, as a share; ``None`` where it was
            not made.
        slot_looks: Number of looks times number of slots, as for ``full_from``.
    """
    if slots_used_ratio is None:
        return Limit.UNKNOWN
    if slots_used_ratio >= full_from(slot_looks):
        return Limit.SLOTS
    if rise_ratio is None:
        return Limit.UNTRIED
    if rise_ratio > RISE_RATIO:
        return Limit.LOOP
    return Limit.SLOTS if slots_used_ratio >= IDLE_SLOTS_RATIO else Limit.HAND_OVER


@dataclass(frozen=True, slots=True)
class Drift:
    """
    Whether the two halves of a window differ.

    Attributes:
        ratio: Second half less first half, as a share of their mean.
        least_seen_ratio: The smallest drift over the window that could have been detected.
        seen: Whether a drift was detected.
    """

    ratio: float
    least_seen_ratio: float
    seen: bool


def drift_of_halves(first: int, second: int, slot_time_cv: float, edge_ratio: float = 0.0) -> Drift:
    """
    Compare the activities finished in the two equal halves of a saturated window.

    Args:
        first, second: Activities finished in each half.
        slot_time_cv: Standard deviation over mean of the time in the slot.
        edge_ratio: What the whole window's edges make of a count, see ``window_edges``; the one between the halves moves
            activities from one to the other.

    Raises:
        ValueError: Nothing finished.
    """
    total = first + second
    if total <= 0:
        raise ValueError("no activity finished in either half")
    ratio = (second - first) / (total / 2)
    deviation = 2 * math.hypot(slot_time_cv / math.sqrt(total), math.sqrt(3) * edge_ratio)
    least = _DEVIATIONS * deviation
    return Drift(ratio, max(least, MATERIAL_RATIO), abs(ratio) > least and abs(ratio) > MATERIAL_RATIO)
