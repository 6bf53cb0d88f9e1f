"""
The backlog over a window, and the orders in flight at its ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.estimators.intervals import slope
from loadtest.analysis.readings.null_reasons import NullReasons
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured, Second
from loadtest.results.step_result_parts import BacklogReading, WindowEnds


def backlog_of(second: Second) -> int | None:
    """
    Return the tasks that wait in both queues, ``None`` for a gap.
    """
    if second.backlog_activity is None or second.backlog_workflow is None:
        return None
    return second.backlog_activity + second.backlog_workflow


def window_seconds(measured: Measured) -> tuple[Second, ...]:
    """
    Return the timeline within the window.
    """
    start, end = measured.warm_up_seconds, measured.warm_up_seconds + measured.window_seconds
    return tuple(second for second in measured.timeline if start <= second.at <= end)


def oldest_ages(measured: Measured) -> list[float]:
    """
    Return the age in seconds of the oldest task that waits, at each look of the window; gaps are left out.
    """
    seen = (second.backlog_age_seconds for second in window_seconds(measured))
    return [age for age in seen if age is not None]


def backlog_slope(seconds: Sequence[Second]) -> Estimate:
    """
    Return the slope of the backlog in tasks per second, with its 95 % interval; gaps are left out.
    """
    points = [
        (second.at, float(backlog)) for second in seconds if (backlog := backlog_of(second)) is not None
    ]
    return slope(points, "seconds")


def backlog_reading(measured: Measured, why: NullReasons) -> BacklogReading:
    """
    Return the tasks in the backlog, the age of the oldest one, and how fast the backlog grew.
    """
    seconds = window_seconds(measured)
    tasks = [float(n) for second in seconds if (n := backlog_of(second)) is not None]
    ages = oldest_ages(measured)
    growth = backlog_slope(seconds)
    gap = "no look at the task queue told it in the window; a server before 1.25 never does"
    for key, values in (("backlog.tasks", tasks), ("backlog.age_seconds", ages)):
        if not values:
            why.under(key, dict.fromkeys(("start", "end", "max"), gap))
    if growth.value is None:
        why["backlog.slope_per_second.value"] = (
            "fewer than five looks at the task queue told it in the window"
        )
    return BacklogReading(_ends(tasks), _ends(ages), growth)


def in_flight_ends(measured: Measured, why: NullReasons) -> WindowEnds:
    """
    Return how many workflows were open.
    """
    open_now = [float(n) for s in window_seconds(measured) if (n := s.in_flight) is not None]
    if not open_now:
        why.under("in_flight", dict.fromkeys(("start", "end", "max"), "the timeline's window is empty"))
    return _ends(open_now)


def _ends(values: list[float]) -> WindowEnds:
    return WindowEnds(values[0], values[-1], max(values)) if values else WindowEnds(None, None, None)
