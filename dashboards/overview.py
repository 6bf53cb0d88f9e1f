"""
Is it healthy, and how many workers do I need?
"""

from __future__ import annotations

from dashboards.layout import Dashboard, Row, lines, number

OVERVIEW = Dashboard(
    "overview",
    "Temporal kit / Overview",
    "Is it healthy, and how many workers do I need?",
    (
        Row(
            "Now",
            (
                number("Alerts firing", "overview.alerts"),
                number("Workers", "overview.workers", see="workers"),
                number("Workers needed", "overview.workers_needed", see="sweep"),
                number("Activity slots in use", "overview.slots_used_ratio", see="workers"),
                number("Orders completed", "overview.orders_completed", see="load"),
                number("Failed orders", "overview.failed_ratio", see="workers"),
            ),
        ),
        Row(
            "Course",
            (
                lines(
                    "Activities wait in the queue (p95)",
                    "task_queues.activity_schedule_to_start_p95",
                    see="task-queues",
                ),
                lines("Backlog", "task_queues.backlog_tasks", see="task-queues"),
                lines("Activities finished", "overview.activities_finished", see="workers"),
                lines("State transitions", "server.state_transitions", see="server"),
            ),
        ),
    ),
)
