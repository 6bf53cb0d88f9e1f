"""
Attempts of activities and of workflow tasks that failed, as the workers counted them.
"""

from __future__ import annotations

from loadtest.results.measured_step import Measured


def failed_attempts(measured: Measured) -> dict[str, int]:
    """
    Return how many attempts of each activity failed in the whole step; none where the workers have no page.
    """
    return _failed(measured, "worker.activity_failed")


def failed_workflow_tasks(measured: Measured) -> dict[str, int]:
    """
    Return how many attempts of workflow tasks failed in the whole step, by the SDK's reason such as
    ``NonDeterminismError``; none where the workers have no page.
    """
    return _failed(measured, "worker.workflow_task_failed")


def _failed(measured: Measured, counter: str) -> dict[str, int]:
    if measured.worker_whole is None:
        return {}
    split = measured.worker_whole.by_label.get(counter, {})
    return {name: round(number) for name, number in split.items() if number}
