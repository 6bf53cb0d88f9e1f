"""
The work that was done for a step's orders, in activities or in workflows: what throughput is counted in.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.analysis.readings.work_of_others import foreign_activities
from loadtest.analysis.readings.workflow_counts import (
    ACTIVITY_FINISHED,
    SERVER_ACTIVITIES,
    closed_by_workers,
    most_closed_by_server,
    results,
    whole_closed,
    window_closed,
)
from loadtest.results.measured_step import Measured


@dataclass(frozen=True, slots=True)
class WorkDone:
    """
    The activities of a step, by the side that counted them.

    Attributes:
        counter: Key of the counter that was used.
        in_window: Activities that ended in the window.
        per_workflow: Mean number of activities per workflow over the whole, drained step; retries and rework are
            included.
    """

    counter: str
    in_window: float
    per_workflow: float


def work(measured: Measured) -> WorkDone | None:
    """
    Return the step's activities, as the workers counted them, else the server.

    Returns:
        ``None`` if neither counted activities, a workflow has less than one, or others had some done beside the orders.
    """
    if foreign_activities(measured) is not None:
        return None
    closed, whole = closed_by_workers(measured) or whole_closed(measured), measured.injector.whole
    if most_closed_by_server(whole):
        closed = max(closed, results(whole))
    if measured.activities_per_workflow == 0 or closed == 0:
        return None
    for step, window, counter in (
        (measured.worker_whole, measured.worker_window, ACTIVITY_FINISHED),
        (measured.server_whole, measured.server_window, SERVER_ACTIVITIES),
    ):
        if step is None or window is None or counter not in step.counters:
            continue
        per_workflow = step.counters[counter] / closed
        if per_workflow >= 1:
            return WorkDone(counter, window.counters.get(counter, 0.0), per_workflow)
    return None


def window_workflows(measured: Measured) -> float:
    """
    Return the workflows that the window's work amounts to: activities over activities per workflow, else closes.

    Closes come in waves, as orders that start together end together; activities do not.
    """
    done = work(measured)
    return window_closed(measured) if done is None else done.in_window / done.per_workflow


def looked_seconds(measured: Measured) -> float:
    """
    Return the seconds between the two looks that the window's counts come from, else the window's own length.
    """
    for difference in (measured.worker_window, measured.server_window):
        if difference is not None and difference.seconds > 0:
            return difference.seconds
    return measured.window_seconds


def workflows_per_second(measured: Measured) -> float:
    """
    Return the workflows per second that the window's work amounts to; zero where nothing was done.
    """
    return window_workflows(measured) / looked_seconds(measured)
