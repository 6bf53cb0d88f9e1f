"""
Is the Temporal server the limit?
"""

from __future__ import annotations

from dashboards.layout import Dashboard, Row, lines

SERVER = Dashboard(
    "server",
    "Temporal kit / Server",
    "Is the Temporal server the limit: its shards, its database, its own latency?",
    (
        Row(
            "Work",
            (
                lines("State transitions", "server.state_transitions", width=8),
                lines("Workflows closed", "server.workflows_closed", width=8),
                lines("State transitions per workflow", "server.state_transitions_per_workflow", width=8),
            ),
        ),
        Row(
            "History",
            (
                lines("Shard locks (p95)", "server.shard_lock_p95", "server.shard_mutex_p95"),
                lines("Memory", "server.memory"),
            ),
        ),
        Row(
            "Persistence",
            (
                lines("Database requests take (p95)", "server.persistence_latency_p95", width=8),
                lines("Database requests", "server.persistence_requests", width=8),
                lines("Database errors", "server.persistence_errors", none="none so far", width=8),
            ),
        ),
        Row(
            "Frontend",
            (
                lines("Starting a workflow takes (p95)", "server.start_latency_p95"),
                lines("Requests take (p95)", "server.service_latency_p95"),
                lines("Requests", "server.service_requests"),
                lines("Errors", "server.service_errors", none="none so far"),
            ),
        ),
    ),
)
