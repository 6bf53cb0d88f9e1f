"""
Labels and annotations by which the kit's own workers say how they were set up.
"""

from __future__ import annotations

ACTIVITY_SLOTS = "temporal-kit/activity-slots"
TASK_QUEUE = "temporal-kit/task-queue"
