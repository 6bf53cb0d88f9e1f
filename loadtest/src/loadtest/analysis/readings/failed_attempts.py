"""
Attempts of activities and of workflow tasks that did not end well, as workers and server counted them.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.results.failure import told_attempts
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference
from loadtest.results.step_result_parts import ActivityTimeouts

NO_FAILURES_COUNTED = "neither a page of the workers nor one of a server from 1.29 on was read"
NO_TIMEOUTS_COUNTED = "no page of a server from 1.29 on was read"
NO_TASKS_COUNTED = "the workers offer no metrics of ours, and a server does not count these"


def failed_attempts(measured: Measured) -> dict[str, int] | None:
    """
    Return how many attempts of each activity failed in the whole step, by the workers' pages, else by the server's;
    ``None`` where neither tells.
    """
    by_workers = _by_name(measured.worker_whole, "worker.activity_failed")
    return _by_name(measured.server_whole, "server.activity_failed") if by_workers is None else by_workers


def timed_out_attempts(measured: Measured) -> ActivityTimeouts | None:
    """
    Return the attempts of activities that the server gave up in the whole step, as their time was over; ``None`` where its
    page does not tell, as before server 1.29. No worker counts them as failed.
    """
    by_activity = _by_name(measured.server_whole, "server.activity_timed_out")
    by_limit = _by_name(measured.server_whole, "server.activity_timeouts")
    return None if by_activity is None or by_limit is None else ActivityTimeouts(by_activity, by_limit)


def attempts_told(measured: Measured) -> list[str]:
    """
    Return the attempts that did not end well in words, kind by kind.
    """
    return told_attempts(
        failed_attempts(measured), failed_workflow_tasks(measured), timed_out_attempts(measured)
    )


def failed_workflow_tasks(measured: Measured) -> dict[str, int] | None:
    """
    Return how many attempts of workflow tasks failed in the whole step, by the SDK's reason such as
    ``NonDeterminismError``; ``None`` where the workers have no page.
    """
    return _by_name(measured.worker_whole, "worker.workflow_task_failed")


def _by_name(whole: Difference | None, counter: str) -> dict[str, int] | None:
    if whole is None or counter not in whole.counters:
        return None
    split: Mapping[str, float] = whole.by_label.get(counter, {})
    return {name: round(number) for name, number in split.items() if number}
