"""
Whether activities on the task queue are of nobody's order: of schedules and cron workflows, of other starters, or
standalone ones.

Workers and server count them beside the orders' own, and only histories tell the two apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loadtest.analysis.readings.failed_attempts import timed_out_attempts
from loadtest.analysis.readings.workflow_counts import (
    ACTIVITY_FINISHED,
    SERVER_ACTIVITIES,
    closed_by_workers,
    failed_workflows,
    whole_closed,
)
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.problem import ProblemCause

_ACTIVITY_FAILED = "worker.activity_failed"
# An attempt that is over by another limit was never at a worker.
_LIMITS_OF_ATTEMPTS = ("StartToClose", "Heartbeat", "ScheduleToClose")
# A sample of fewer orders tells little of the others.
_FEWEST_ORDERS = 10
_LEAST_SURPLUS_RATIO = 0.05
_DEVIATIONS = 4.0


def foreign_activities(measured: Measured) -> float | None:
    """
    Return how many activities for each order ended well beyond those that the orders have.

    Each activity of an order ends well at most once, however often it is tried, but a worker counts an attempt as well ended
    that the server had given up; an order that failed or was left open
    has at most as many as the longest of the sample.  What children, workflows of Nexus operations, other runs of the same
    order or activities that outlive their order add is not told apart, and then nothing is said.

    Returns:
        ``None`` where there are none beyond the luck of the sample, or it is not known.
    """
    sample = measured.histories
    if sample is None or len(sample.shapes) < _FEWEST_ORDERS or sample.children != 0:
        return None
    is_mixed = sample.continued or sample.retried or sample.left_activities or sample.nexus_operations
    is_left = any(problem.cause is ProblemCause.EARLIER_ORDERS for problem in measured.problems)
    ended, closed = _ended_well(measured), closed_by_workers(measured) or whole_closed(measured)
    if is_mixed or is_left or ended is None or not closed:
        return None
    own = [sum(shape) for shape in sample.shapes]
    mean = sum(own) / len(own)
    most = max(mean + _DEVIATIONS * _error_of_mean(own), mean * (1 + _LEAST_SURPLUS_RATIO))
    most = max(most, measured.activities_per_workflow or 0)
    unsampled = measured.injector.open_at_end + failed_workflows(measured.injector.whole)
    ended -= _ended_late(measured, closed)
    return ended / closed - mean if ended > most * closed + max(own) * unsampled else None


def work_of_others(measured: Measured) -> str | None:
    """
    Return a note if activities beside the orders' own were done in a step.
    """
    surplus = foreign_activities(measured)
    sample = measured.histories
    if surplus is None or sample is None:
        return None
    where = "on this task queue" if _has_page(measured) else "in this namespace"
    own = sum(sum(shape) for shape in sample.shapes) / len(sample.shapes)
    return (
        f"{own + surplus:.2f} activities ended for each order, and the histories of {counted(len(sample.shapes), 'order')} have {own:.2f}: "
        f"the others are {_OF_WHOM} {where}; {_CONSEQUENCES}"
    )


def others_at_work(measured: Measured) -> str | None:
    """
    Return the same for a whole run, without the numbers of one step.
    """
    if foreign_activities(measured) is None:
        return None
    return f"activities are done that are of none of the orders: {_OF_WHOM}; {_CONSEQUENCES}"


_OF_WHOM = "work of others (schedules, cron workflows, other starters, standalone activities, or ones that `start` itself starts)"
_CONSEQUENCES = (
    "they take slots that orders do not get, waits and late tasks are theirs too, and what an order costs includes them; for "
    "the orders alone give the run a task queue of its own (--task-queue), or pause the others"
)


def _has_page(measured: Measured) -> bool:
    return measured.worker_whole is not None


def _ended_well(measured: Measured) -> float | None:
    """
    Return the activities that ended well in the whole step, by the workers, else by the server.
    """
    worker, server = measured.worker_whole, measured.server_whole
    if worker is not None and ACTIVITY_FINISHED in worker.counters:
        return worker.counters[ACTIVITY_FINISHED] - worker.counters.get(_ACTIVITY_FAILED, 0.0)
    elsewhere = measured.histories is not None and measured.histories.elsewhere
    # A server counts all task queues together, and those of the orders on others too.
    return None if server is None or elsewhere else server.counters.get(SERVER_ACTIVITIES)


def _ended_late(measured: Measured, closed: float) -> float:
    """
    Return at most how many attempts the workers ended after the server had given them up, by the server's count, else by the
    further attempts that the histories have; a server counts none of them as completed.
    """
    sample, worker = measured.histories, measured.worker_whole
    if worker is None or sample is None:
        return 0.0
    if (told := timed_out_attempts(measured)) is not None:
        return float(sum(told.by_limit.get(limit, 0) for limit in _LIMITS_OF_ATTEMPTS))
    further = sample.activity_attempts - sum(sum(shape) for shape in sample.shapes)
    return max(0.0, further / len(sample.shapes) * closed - worker.counters.get(_ACTIVITY_FAILED, 0.0))


def _error_of_mean(numbers: Sequence[int]) -> float:
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    return math.sqrt(variance / len(numbers))
