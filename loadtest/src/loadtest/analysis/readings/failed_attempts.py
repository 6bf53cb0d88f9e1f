"""
Attempts of activities that failed, as the workers counted them.
"""

from __future__ import annotations

from loadtest.results.measured_step import Measured


def failed_attempts(measured: Measured) -> dict[str, int]:
    """
    Return how many attempts of each activity failed in the whole step; none where the workers have no page.
    """
    if measured.worker_whole is None:
        return {}
    split = measured.worker_whole.by_label.get("worker.activity_failed", {})
    return {name: round(number) for name, number in split.items() if number}
