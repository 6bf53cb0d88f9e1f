"""
Where do tasks wait, and why?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines

TASK_QUEUE_DASHBOARD = Dashboard(
    "task-queues",
    "Temporal kit / Task queues",
    "Where do tasks wait, and is it for slots, for pollers or for the server?",
    (
        PanelRow(
            "Waiting",
            (
                lines(
                    "Activities: schedule to start",
                    *(f"task_queues.activity_schedule_to_start_{p}" for p in ("p50", "p95", "p99")),
                    bound=PanelBound(bounds.SCHEDULE_TO_START_P95_SECONDS),
                ),
                lines(
                    "Workflow tasks: schedule to start",
                    *(f"task_queues.workflow_schedule_to_start_{p}" for p in ("p50", "p95", "p99")),
                    bound=PanelBound(bounds.SCHEDULE_TO_START_P95_SECONDS),
                ),
                lines(
                    "Schedule to start by the server's clock (p95)",
                    "task_queues.server_activity_schedule_to_start_p95",
                    "task_queues.server_workflow_schedule_to_start_p95",
                    bound=PanelBound(bounds.SCHEDULE_TO_START_P95_SECONDS),
                ),
                lines("Tasks added, by how they were matched", "task_queues.tasks_added"),
            ),
        ),
        PanelRow(
            "Backlog",
            (
                lines("Backlog", "task_queues.backlog_tasks"),
                lines(
                    "Age of the oldest task",
                    "task_queues.backlog_age",
                    bound=PanelBound(bounds.BACKLOG_AGE_SECONDS),
                ),
            ),
        ),
        PanelRow(
            "Matching",
            (
                lines(
                    "Sync match",
                    "task_queues.sync_match_ratio",
                    bound=PanelBound(bounds.SYNC_MATCH_RATIO, good_below=False),
                ),
                lines(
                    "Polls that brought a task",
                    "task_queues.poll_success_ratio",
                    bound=PanelBound(bounds.POLL_SUCCESS_RATIO, good_below=False),
                ),
                lines("Polls", "task_queues.polls", "task_queues.polls_with_task"),
                lines("Partitions in use", "task_queues.partitions"),
            ),
        ),
    ),
)
