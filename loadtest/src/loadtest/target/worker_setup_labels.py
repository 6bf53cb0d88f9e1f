"""
Labels and annotations with which the kit's own workers tell how they were set up.
"""

from __future__ import annotations

ACTIVITY_SLOTS = "temporal-kit/activity-slots"
TASK_QUEUE = "temporal-kit/task-queue"
