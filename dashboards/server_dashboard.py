"""
Is the Temporal server the limit?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines

SERVER_DASHBOARD = Dashboard(
    "server",
    "Temporal kit / Server",
    "Is the Temporal server the limit: its shards, its database, its own latency?",
    (
        PanelRow(
            "Work",
            (
                lines("State transitions", "server.state_transitions", width=8),
                lines("Workflows closed", "server.workflows_closed", width=8),
                lines("State transitions per workflow", "server.state_transitions_per_workflow", width=8),
            ),
        ),
        PanelRow(
            "History",
            (
                lines(
                    "Shard locks (p95)",
                    "server.shard_lock_p95",
                    "server.shard_mutex_p95",
                    bound=PanelBound(bounds.SHARD_LOCK_P95_SECONDS),
                ),
                lines("Memory", "server.memory"),
            ),
        ),
        PanelRow(
            "Persistence",
            (
                lines("Database requests take (p95)", "server.persistence_latency_p95"),
                lines("Database requests", "server.persistence_requests"),
                lines("Database errors", "server.persistence_errors", none="none so far"),
                lines(
                    "Database requests that failed",
                    "server.persistence_failed_ratio",
                    bound=PanelBound(bounds.PERSISTENCE_FAILED_RATIO),
                ),
            ),
        ),
        PanelRow(
            "Frontend",
            (
                lines(
                    "Starting a workflow takes (p95)",
                    "server.start_latency_p95",
                    bound=PanelBound(bounds.START_REQUEST_P95_SECONDS),
                ),
                lines("Requests take (p95)", "server.service_latency_p95"),
                lines("Requests", "server.service_requests"),
                lines("Errors", "server.service_errors", none="none so far"),
                lines("Refused, as a limit was reached", "server.resource_exhausted", none="none so far"),
            ),
        ),
    ),
)
