"""
Whether a saturate step reached the slots' limit, and whether its rate was level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

FULL_SLOTS_RATIO = 0.97
RISE_RATIO = 0.03
_DEVIATIONS = 2.6
MATERIAL_RATIO = 0.03


class Limit(StrEnum):
    """
    What held a saturate step's throughput.
    """

    SLOTS = "slots"
    LOOP = "orders in flight"
    HAND_OVER = "hand-over"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Saturation:
    """
    What held the throughput, and which to use.

    Attributes:
        limit: The slots, the closed loop's size, the hand-over between slots, or not known before more orders
            in flight were tried.
        throughput_per_second: The one to use.
        slots_used_ratio: While it was reached.
    """

    limit: Limit
    throughput_per_second: float
    slots_used_ratio: float


def saturation(
    throughput_per_second: float, slots_used_ratio: float, doubled: tuple[float, float] | None = None
) -> Saturation:
    """
    Judge a saturate step.

    Args:
        throughput_per_second: Orders per second.
        slots_used_ratio: Share of the slots in use over the window.
        doubled: Throughput and slots used with twice the orders in flight; ``None`` if not tried.

    Returns:
        ``Limit.UNKNOWN`` asks for the doubled loop; a loop whose doubling gave more is ``Limit.LOOP``, unless the
        doubled one fills the slots.
    """
    if slots_used_ratio >= FULL_SLOTS_RATIO:
        return Saturation(Limit.SLOTS, throughput_per_second, slots_used_ratio)
    if doubled is None:
        return Saturation(Limit.UNKNOWN, throughput_per_second, slots_used_ratio)
    more, used = doubled
    if more > (1 + RISE_RATIO) * throughput_per_second:
        return Saturation(Limit.SLOTS if used >= FULL_SLOTS_RATIO else Limit.LOOP, more, used)
    return Saturation(Limit.HAND_OVER, throughput_per_second, slots_used_ratio)


@dataclass(frozen=True, slots=True)
class Drift:
    """
    Whether the two halves of a window differ.

    Attributes:
        ratio: Second half over first, less 1, as a share of their mean.
        least_seen_ratio: The smallest drift over the window that could have been seen.
        seen: Whether there is one.
    """

    ratio: float
    least_seen_ratio: float
    seen: bool


def drift_of_halves(first: int, second: int, slot_time_cv: float) -> Drift:
    """
    Compare the activities finished in the two equal halves of a saturated window.

    Args:
        first, second: Activities finished in each.
        slot_time_cv: Standard deviation over mean of the time in the slot.

    Raises:
        ValueError: Nothing finished.
    """
    total = first + second
    if total <= 0:
        raise ValueError("no activity finished in either half")
    ratio = (second - first) / (total / 2)
    deviation = 2 * slot_time_cv / math.sqrt(total)
    least = _DEVIATIONS * deviation
    return Drift(ratio, max(least, MATERIAL_RATIO), abs(ratio) > least and abs(ratio) > MATERIAL_RATIO)
