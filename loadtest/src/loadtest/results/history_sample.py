"""
What the histories of a step's sampled workflows tell: a cross-check of the waits, and which activities run side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NEXUS = "Nexus operations"
"""
What orders wait for while a Nexus operation is carried out.
"""
OTHER_CHILDREN = "child workflows of other task queues"
"""
What orders wait for while a child of theirs is carried out by workers of another task queue.
"""


@dataclass(frozen=True, slots=True)
class HistorySample:
    """
    Schedule-to-start latency of sampled workflows, by the server's clock, from their histories.

    Attributes:
        workflows: Number of histories that were read.
        activity_seconds: Wait of each activity on the task queue under test, first attempts only.
        workflow_task_seconds: Wait of each workflow task.
        elsewhere: Number of activities scheduled on each other task queue.
        retried: Number of workflows that were started with a policy by which they are retried as a whole.
        workflow_types: Number of workflows of each type.
        shapes: How many activities on the task queue under test each workflow ran side by side, stage after stage; empty in
            folders of older versions.
        left_activities: Number of activities that had not ended when their workflow did.
        left_children: Number of abandoned child workflows that had not ended when their workflow did.
        children: Number of child workflows that they started; ``None`` in folders of older versions.
        children_elsewhere: Number of those on each other task queue.
        nexus_operations: Number of Nexus operations that they scheduled.
        continued: Number of workflows that continued as new so often that only their last runs were read.
        order_seconds: Time that the workflows took, summed up; 0 in folders of older versions.
        waiting_seconds: Part of that in which no task of a workflow was in a queue or at a worker, by what it waited for: timers,
            signals or updates, Nexus operations, activities and child workflows of other task queues, the start's delay.
        activity_open_seconds: Seconds from scheduling to end, summed over the activities on the task queue under test.
        activity_attempts: Attempts of these activities.
    """

    workflows: int
    activity_seconds: tuple[float, ...]
    workflow_task_seconds: tuple[float, ...]
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    retried: int = 0
    workflow_types: Mapping[str, int] = field(default_factory=dict)
    shapes: tuple[tuple[int, ...], ...] = ()
    left_activities: int = 0
    left_children: int = 0
    children: int | None = None
    children_elsewhere: Mapping[str, int] = field(default_factory=dict)
    nexus_operations: int = 0
    continued: int = 0
    order_seconds: float = 0.0
    waiting_seconds: Mapping[str, float] = field(default_factory=dict)
    activity_open_seconds: float = 0.0
    activity_attempts: int = 0
