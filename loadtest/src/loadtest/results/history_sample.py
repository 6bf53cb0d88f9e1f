"""
What the histories of a step's sampled workflows tell: a cross-check of the waits.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistorySample:
    """
    Schedule-to-start of sampled workflows, by the server's clock, from their histories.

    Attributes:
        workflows: Histories read.
        activity_seconds: Each activity's wait (first attempts).
        workflow_task_seconds: Each workflow task's wait.
    """

    workflows: int
    activity_seconds: tuple[float, ...]
    workflow_task_seconds: tuple[float, ...]
