"""
The capacity of a cell's slots, from the cell's own saturate steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from loadtest.analysis.readings.backlog import window_seconds
from loadtest.analysis.readings.work_done import looked_seconds, window_workflows
from loadtest.analysis.readings.work_done import work as work_done
from loadtest.analysis.readings.workflow_counts import ACTIVITY_FINISHED
from loadtest.analysis.saturation.saturation_limit import limit_of
from loadtest.analysis.saturation.slot_capacity import (
    LoadLevel,
    SlotCapacity,
    capacity_of_known_draws,
    capacity_of_unknown_draws,
)
from loadtest.analysis.saturation.window_edges import edge_ratio, seen_edge_ratio
from loadtest.analysis.twin.queue_model_calibration import dead_time
from loadtest.analysis.twin.work_distribution import WorkDistribution
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram, counter_of, histogram_of
from loadtest.results.step_key import StepKey
from loadtest.results.step_result_parts import Limit

# Where the times of activities were not seen, they are assumed to spread like exponential work.
UNSEEN_CV = 1.0
# Where the window's edges make more of a count, the slots' time that is counted with it is none to read a dead time from.
_ROUGH_EDGES = 0.01


@dataclass(frozen=True, slots=True)
class CellCapacity:
    """
    The capacity of a cell, and what limited the throughput when it was measured.

    Attributes:
        capacity: Orders per second with their 95 % half width.
        slots_used_ratio: Mean share of the slots in use; ``None`` if not seen.
        limit: What limited the throughput.
        known_draws: Whether the luck of the draws was taken out, as the work that was drawn is known.
    """

    capacity: SlotCapacity
    slots_used_ratio: float | None
    limit: Limit
    known_draws: bool = False

    @property
    def is_full(self) -> bool:
        """
        Whether the slots limited the throughput, so that the capacity is that of the slots.
        """
        return self.limit is Limit.SLOTS

    def level(self, rate: float) -> LoadLevel:
        """
        Say where a rate lies against the capacity.

        Slots that were not full can do more than was measured: a rate is above their capacity only if it is above what
        full slots would do.
        """
        found = self.capacity.level(rate)
        if self.is_full or found is LoadLevel.BELOW:
            return found
        used = self.slots_used_ratio or 0.0
        if not used:
            return found
        full = SlotCapacity(self.capacity.orders_per_second / used, self.capacity.half_width_ratio)
        return LoadLevel.ABOVE if full.level(rate) is LoadLevel.ABOVE else LoadLevel.AT


def cell_capacity(saturated: Sequence[Measured], work: WorkDistribution | None = None) -> CellCapacity | None:
    """
    Join the saturate steps of one cell.

    Args:
        saturated: Valid saturate steps of the cell.
        work: Distribution from which their activities draw their work; ``None`` where the kit does not make the draws.

    Returns:
        ``None`` if there is no such step, or nothing was completed.
    """
    seconds = math.fsum(looked_seconds(step) for step in saturated)
    orders = math.fsum(window_workflows(step) for step in saturated)
    if not saturated or orders <= 0:
        return None
    counted = [done.in_window for step in saturated if (done := work_done(step)) is not None]
    activities = round(sum(counted)) if counted else round(orders)
    cv = max(slot_time_cv(step) for step in saturated)
    used = [ratio for step in saturated if (ratio := slots_used_ratio(step)) is not None]
    share = math.fsum(used) / len(used) if used else None
    limit = limit_of(share, None, math.fsum(slot_looks(step) for step in saturated))
    known = [found for step in saturated if (found := known_draws_capacity(step, work)) is not None]
    if known and len(known) == len(saturated):
        x = math.fsum(each.orders_per_second for each in known) / len(known)
        half = max(each.half_width_ratio for each in known) / math.sqrt(len(known))
        return CellCapacity(SlotCapacity(x, half), share, limit, True)
    # Slots in step are so in each of the steps: their edges are no luck that more steps mend.
    edges = max(edges_of(step) for step in saturated)
    return CellCapacity(capacity_of_unknown_draws(orders / seconds, cv, activities, edges), share, limit)


def slots_used_ratio(step: Measured) -> float | None:
    """
    Return the mean share of the slots in use; ``None`` where it was not seen, or no activity takes a slot.
    """
    if step.slots_used is None or not step.slots or not takes_slots(step):
        return None
    return step.slots_used / step.slots


def takes_slots(step: Measured) -> bool:
    """
    Tell whether activities take slots, so that slots can be the limit: activities run inside of workflow tasks take
    none.
    """
    if step.activities_per_workflow == 0:
        return False
    return bool(step.slots_used) or bool(counter_of(step.worker_whole, ACTIVITY_FINISHED))


def slot_looks(step: Measured) -> float:
    """
    Return the number of looks at the slots in a window, one a second, times the number of slots.
    """
    return (step.slots or 0) * step.window_seconds


def slots_executing_ratio(step: Measured) -> float | None:
    """
    Return the share of the slots' time in which an activity was executed; ``None`` where it was not seen.

    It is kept beside ``slots_used_ratio`` because dead time is read from it: a slot is still in use while its result
    travels, which is no part of the execution time, and looks once a second are off by a few percent by chance.
    """
    held = histogram_of(step.worker_window, "worker.activity_execution")
    if held is None or not held.count or not step.slots:
        return None
    return min(1.0, held.sum / (step.slots * looked_seconds(step)))


def known_draws_capacity(saturated: Measured, work: WorkDistribution | None) -> SlotCapacity | None:
    """
    Return the capacity that one saturate step shows once the luck of its own draws is taken out.

    The overhead is the mean slot time of the whole step less the mean of the work that its orders drew.

    Returns:
        ``None`` where the kit does not make the draws, or slots or slot times were not seen.
    """
    activities, executing = saturated.activities_per_workflow, slots_executing_ratio(saturated)
    overhead = overhead_of_known_draws([saturated])
    if work is None or overhead is None or not activities or not saturated.slots or not executing:
        return None
    edges, used = edges_of_turns(saturated), slots_used_ratio(saturated)
    if edges > _ROUGH_EDGES and used is not None:
        # Of activities that are long against the window it saw those end that are short: looks at the slots tell more then.
        executing, edges = max(executing, min(1.0, used)), 0.0
    dead = dead_time(work.mean + overhead, executing)
    return capacity_of_known_draws(saturated.slots, activities, work, overhead, dead, edges)


def overhead_of_known_draws(steps: Sequence[Measured]) -> float | None:
    """
    Return how much longer than their work the activities of a cell's steps held their slots, in seconds.

    Returns:
        ``None`` where the kit does not make the draws, or the slots were not seen.
    """
    known = [
        (held, step.drawn_work_seconds)
        for step in steps
        if (held := whole_step_execution(step)) is not None and step.drawn_work_seconds is not None
    ]
    if not known:
        return None
    beyond = math.fsum(held.sum - held.count * drawn for held, drawn in known)
    return max(0.0, beyond / math.fsum(held.count for held, _ in known))


def whole_step_execution(step: Measured) -> Histogram | None:
    """
    Return how long the activities of a whole step held their slots; ``None`` where it was not seen.
    """
    held = histogram_of(step.worker_whole, "worker.activity_execution")
    return held if held is not None and held.count else None


def same_cell(step: Measured, key: StepKey) -> bool:
    """
    Return whether a step has the same replicas and factors as a key.
    """
    return (step.key.replicas, step.key.factors) == (key.replicas, key.factors)


def edges_of(step: Measured) -> float:
    """
    Return the standard deviation that the edges of a closed load's window make of what was counted in it, as a share: by the
    spread of the slot times, or by the course of the count within the window where that shows more.
    """
    course = tuple(
        (second.at, second.activities_finished)
        for second in window_seconds(step)
        if second.activities_finished is not None
    )
    return max(edges_of_turns(step), seen_edge_ratio(course, slot_time_cv(step)))


def edges_of_turns(step: Measured) -> float:
    """
    Return the same by the spread of the slot times alone; 0 where nobody saw slots and slot times.
    """
    held = whole_step_execution(step)
    if held is None or not step.slots or held.sum <= 0:
        return 0.0
    each = held.sum / held.count
    return edge_ratio(
        histogram_cv(held), looked_seconds(step) / each, step.warm_up_seconds / each, step.slots
    )


def slot_time_cv(measured: Measured) -> float:
    """
    Return standard deviation over mean of the time that an activity holds its slot.
    """
    held = histogram_of(measured.worker_window, "worker.activity_execution")
    return UNSEEN_CV if held is None or not held.count else histogram_cv(held)


# The rules read every kept step again before each next one.
@lru_cache(maxsize=4096)
def histogram_cv(histogram: Histogram) -> float:
    """
    Return standard deviation over mean of a histogram's samples, evenly spread within each bucket.

    Samples beyond the last bound are taken to spread like exponential ones around their mean, which the exact sum
    gives. If they were taken to lie at the bound, activities of minutes would all have the same length.
    """
    low, squares, total = 0.0, 0.0, 0.0
    for high, count in zip(histogram.bounds, histogram.counts, strict=True):
        if math.isinf(high):
            beyond = max(0.0, (histogram.sum - total) / count - low) if count else 0.0
            squares += count * (low * low + 2 * low * beyond + 2 * beyond * beyond)
            total += count * (low + beyond)
            break
        squares += count * (low * low + low * high + high * high) / 3
        total += count * (low + high) / 2
        low = high
    count = histogram.count
    mean = total / count
    return math.sqrt(max(0.0, squares / count - mean * mean)) / mean if mean else 0.0
