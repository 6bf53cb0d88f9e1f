"""
What limited a saturate step's throughput, whether its rate was level, and how long its slots were idle because no order
had a task for them, so that more orders would fill them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.readings.work_done import looked_seconds
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
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


# Of 78 simulated systems, those that gain more than 3 % from twice the orders lack them for 1.8 % or more in each of ten
# steps, and a system that lacks them for less than 1 % gains at most 1.1 %.
LEAST_LACKING_ORDERS_RATIO = 0.01


def lacking_orders_ratio(step: Measured) -> float | None:
    """
    Return the share of the slots' time in which fewer orders than there are slots had a task.

    Some of the orders in flight are between two activities, or between one order's end and the next one's start: by
    Little's law all those that neither wait nor hold a slot. Each order is taken to be there independently and with the
    same probability, so that their number is binomial; slots lack orders while it exceeds the number of orders beyond one
    per slot.

    Returns:
        ``None`` where the step is not closed, or waits, slots and slot times were not seen.
    """
    waits = histogram_of(step.worker_window, "worker.activity_schedule_to_start")
    held = histogram_of(step.worker_window, "worker.activity_execution")
    if waits is None or held is None or not waits.count or not held.count:
        return None
    if step.in_flight is None or not step.slots or step.activities_per_workflow == 0:
        return None
    in_slots = held.sum / looked_seconds(step)
    waiting = held.count / looked_seconds(step) * waits.sum / waits.count
    between = min(1.0, max(0.0, 1 - (in_slots + waiting) / step.in_flight))
    # The mean number beyond so many is the sum of the probabilities of more than each number from there on.
    beyond = np.arange(step.in_flight - step.slots, step.in_flight)
    return float(special.bdtrc(beyond, step.in_flight, between).sum()) / step.slots
