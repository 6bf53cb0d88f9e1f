"""
Where do tasks wait, and why?
"""

from __future__ import annotations

from dashboards.layout import Dashboard, Row, lines

TASK_QUEUES = Dashboard(
    "task-queues",
    "Temporal kit / Task queues",
    "Where do tasks wait, and is it for slots, for pollers or for the server?",
    (
        Row(
            "Waiting",
            (
                lines(
                    "Activities: schedule to start",
                    *(f"task_queues.activity_schedule_to_start_{p}" for p in ("p50", "p95", "p99")),
                ),
                lines(
                    "Workflow tasks: schedule to start",
                    *(f"task_queues.workflow_schedule_to_start_{p}" for p in ("p50", "p95", "p99")),
                ),
                lines(
                    "Schedule to start by the server's clock (p95)",
                    "task_queues.server_activity_schedule_to_start_p95",
                    "task_queues.server_workflow_schedule_to_start_p95",
                ),
                lines("Tasks added, by how they were matched", "task_queues.tasks_added"),
            ),
        ),
        Row(
            "Backlog",
            (
                lines("Backlog", "task_queues.backlog_tasks"),
                lines("Age of the oldest task", "task_queues.backlog_age"),
            ),
        ),
        Row(
            "Matching",
            (
                lines("Sync match", "task_queues.sync_match_ratio"),
                lines("Polls that brought a task", "task_queues.poll_success_ratio"),
                lines("Polls", "task_queues.polls", "task_queues.polls_with_task"),
                lines("Partitions in use", "task_queues.partitions"),
            ),
        ),
    ),
)
