"""
What do the workers do, and what is each replica short of?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines

WORKER_DASHBOARD = Dashboard(
    "workers",
    "Temporal kit / Workers",
    "What does each replica do, and is it short of slots, pollers, cache, CPU or memory?",
    (
        PanelRow(
            "Room",
            (
                lines(
                    "Activity slots in use",
                    "workers.activity_slots_used_ratio",
                    bound=PanelBound(bounds.SLOTS_USED_RATIO),
                ),
                lines(
                    "Workflow-task slots in use",
                    "workers.workflow_slots_used_ratio",
                    bound=PanelBound(bounds.SLOTS_USED_RATIO),
                ),
                lines("Pollers", "workers.pollers"),
                lines("Free slots that ask for nothing", "workers.silent_slots"),
                lines("CPU", "workers.cpu", bound=PanelBound(bounds.CPU_CORES)),
                lines("Memory", "workers.memory"),
                lines("Restarts in 15 minutes", "workers.restarts"),
            ),
        ),
        PanelRow(
            "Work",
            (
                lines("Activities take (p95)", "workers.activity_execution_p95"),
                lines("Workflow tasks take (p95)", "workers.workflow_task_execution_p95"),
                lines("Requests to the server take (p95)", "workers.request_latency_p95"),
                lines("Requests that failed", "workers.request_failures", none="none so far"),
            ),
        ),
        PanelRow(
            "Sticky cache",
            (
                lines("Sticky cache hits", "workers.sticky_hit_ratio", width=8),
                lines("Workflows in the cache", "workers.sticky_cache_size", width=8),
                lines("Evictions", "workers.sticky_evictions", none="none so far", width=8),
            ),
        ),
        PanelRow(
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
