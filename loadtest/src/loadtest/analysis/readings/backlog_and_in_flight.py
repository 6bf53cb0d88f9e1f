"""
The backlog and the open workflows at a window's start and end, and their maximum.
"""

from __future__ import annotations

from loadtest.analysis.readings.backlog import backlog_of, backlog_slope, oldest_ages, window_seconds
from loadtest.analysis.readings.null_reasons import NullReasons
from loadtest.results.measured_step import Measured
from loadtest.results.step_result_parts import BacklogReading, WindowEnds


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
