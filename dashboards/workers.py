"""
What do the workers do, and what is each replica short of?
"""

from __future__ import annotations

from dashboards.layout import Dashboard, Row, lines

WORKERS = Dashboard(
    "workers",
    "Temporal kit / Workers",
    "What does each replica do, and is it short of slots, pollers, cache, CPU or memory?",
    (
        Row(
            "Room",
            (
                lines("Activity slots in use", "workers.activity_slots_used_ratio"),
                lines("Workflow-task slots in use", "workers.workflow_slots_used_ratio"),
                lines("Pollers", "workers.pollers"),
                lines("CPU", "workers.cpu"),
                lines("Memory", "workers.memory"),
                lines("Restarts in 15 minutes", "workers.restarts"),
            ),
        ),
        Row(
            "Work",
            (
                lines("Activities take (p95)", "workers.activity_execution_p95"),
                lines("Workflow tasks take (p95)", "workers.workflow_task_execution_p95"),
                lines("Requests to the server take (p95)", "workers.request_latency_p95"),
                lines("Requests that failed", "workers.request_failures", none="none so far"),
            ),
        ),
        Row(
            "Sticky cache",
            (
                lines("Sticky cache hits", "workers.sticky_hit_ratio", width=8),
                lines("Workflows in the cache", "workers.sticky_cache_size", width=8),
                lines("Evictions", "workers.sticky_evictions", none="none so far", width=8),
            ),
        ),
        Row(
            "Failures",
            (
                lines(
                    "Activity attempts that failed", "workers.activity_failures", none="none so far", width=8
                ),
                lines(
                    "Workflow tasks that failed",
                    "workers.workflow_task_failures",
                    none="none so far",
                    width=8,
                ),
                lines("Workflows that failed", "workers.workflow_failures", none="none so far", width=8),
            ),
        ),
    ),
)
