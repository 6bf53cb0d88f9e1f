"""
Is it healthy, and how many workers do I need?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines, number

OVERVIEW_DASHBOARD = Dashboard(
    "overview",
    "Temporal kit / Overview",
    "Is it healthy, and how many workers do I need?",
    (
        PanelRow(
            "Now",
            (
                number("Alerts firing", "overview.alerts", bound=PanelBound(1)),
                number("Workers", "overview.workers", see="workers"),
                number("Workers needed", "overview.workers_needed", see="sweep"),
                number(
                    "Activity slots in use",
                    "overview.slots_used_ratio",
                    see="workers",
                    bound=PanelBound(bounds.SLOTS_USED_RATIO),
                ),
                number("Orders completed", "overview.orders_completed", see="load"),
                number("Failed orders", "overview.failed_ratio", see="workers", bound=PanelBound(0.001)),
            ),
        ),
        PanelRow(
            "Course",
            (
                lines(
                    "Activities wait in the queue (p95)",
                    "task_queues.activity_schedule_to_start_p95",
                    bound=PanelBound(bounds.SCHEDULE_TO_START_P95_SECONDS),
                    see="task-queues",
                ),
                lines("Backlog", "task_queues.backlog_tasks", see="task-queues"),
                lines("Activities finished", "overview.activities_finished", see="workers"),
                lines("State transitions", "server.state_transitions", see="server"),
            ),
        ),
        PanelRow(
            "Around it",
            (
                number("Targets that do not answer", "overview.targets_down", width=6, bound=PanelBound(1)),
                number(
                    "Jobs without a target", "overview.jobs_gone", none="none", width=6, bound=PanelBound(1)
                ),
                number(
                    "Replicas that the autoscaler may add",
                    "overview.autoscaler_replicas_left",
                    none="no autoscaler",
                    width=6,
                    bound=PanelBound(bounds.AUTOSCALER_REPLICAS_LEFT, good_below=False),
                ),
                number(
                    "Until an overdue certificate ends",
                    "overview.certificate_left",
                    none="none overdue",
                    width=6,
                    bound=PanelBound(bounds.CERTIFICATE_SECONDS_LEFT, good_below=False),
                ),
            ),
        ),
    ),
)
