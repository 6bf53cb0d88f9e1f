"""
The backlog over a window.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.estimators.intervals import slope
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured, Second


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
