"""
Which activities of an order run side by side, as the histories of a step's sampled orders tell.
"""

from __future__ import annotations

from collections import Counter

from loadtest.analysis.estimators.percentiles import mean_of_hdr
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of

# Share of the sampled orders that must be alike to stand for all of them.
_LEAST_ALIKE = 0.25
# Activities that follow one another take no longer together than their order; half more is room for the window's edges.
_LONGEST_RATIO = 1.5


def activity_stages(step: Measured, activities: int) -> tuple[int, ...] | str:
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

    The order's time is the injectors': the workers' is also that of child workflows.
    """
    encoded = step.injector.histograms.get("end_to_end")
    waits = histogram_of(step.worker_window, "worker.activity_schedule_to_start")
    held = histogram_of(step.worker_window, "worker.activity_execution")
    if encoded is None or waits is None or held is None or not waits.count or not held.count:
        return None
    order = mean_of_hdr(encoded)
    return activities * (waits.sum / waits.count + held.sum / held.count) / order if order > 0 else None
