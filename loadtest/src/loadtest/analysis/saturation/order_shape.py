"""
Which activities of an order run side by side, as the histories of a step's sampled orders tell.
"""

from __future__ import annotations

from collections import Counter

from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of

# Share of the sampled orders that must be alike to stand for all of them.
_LEAST_ALIKE = 0.25
# Together the activities of an order take at most as long as the order, if they follow one another; twice as much as the
# window's edges make of that.
_LONGEST_RATIO = 1.5


def order_shape(step: Measured, activities: int) -> tuple[int, ...] | str:
    """
    Return how many activities an order runs side by side, stage after stage, or a clause that says why that is not known.

    Where no history tells, activities are taken to follow one another, unless they take too long for that.

    Args:
        step: The step.
        activities: Number of activities of an order, above 0.
    """
    sampled = [shape for shape in (step.histories.shapes if step.histories is not None else ()) if shape]
    one_by_one = (1,) * activities
    if sampled and all(max(shape) == 1 for shape in sampled):
        return one_by_one
    if not sampled:
        overlap = _overlap(step, activities)
        if overlap is None or overlap <= _LONGEST_RATIO:
            return one_by_one
        return (
            f"the activities of an order take {overlap:.1f} times as long as the order, so they run side by side, and no history "
            "of an order was read that tells how"
        )
    alike = Counter(shape for shape in sampled if sum(shape) == activities)
    if sum(alike.values()) < _LEAST_ALIKE * len(sampled):
        return (
            "orders run differing numbers of activities side by side, and the model takes all orders alike; a scenario whose "
            "orders are alike can be told"
        )
    return alike.most_common(1)[0][0]


def _overlap(step: Measured, activities: int) -> float | None:
    """
    Return how long the activities of an order wait and take, all added, as a share of the order's own time; ``None`` where that
    was not seen.
    """
    seen = [
        histogram_of(step.worker_window, f"worker.{name}")
        for name in ("activity_schedule_to_start", "activity_execution", "workflow_endtoend")
    ]
    means = [each.sum / each.count for each in seen if each is not None and each.count]
    if len(means) < len(seen) or means[-1] <= 0:
        return None
    return activities * (means[0] + means[1]) / means[-1]
