"""
What is asked of the system, and does it keep up?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines, number

LOAD_DASHBOARD = Dashboard(
    "load",
    "Temporal kit / Load",
    "What is asked of the system, does it keep up, and is the load itself honest?",
    (
        PanelRow(
            "Flow",
            (
                lines("Offered, sent, completed", "load.offered", "load.sent", "load.completed", width=8),
                lines("In flight", "load.in_flight", width=8),
                lines("Failed, by kind", "load.failed", none="none so far", width=8),
            ),
        ),
        PanelRow(
            "Latency, from the intended start",
            (
                lines("Start acknowledged", *(f"load.response_time_{p}" for p in ("p50", "p95", "p99"))),
                lines("End to end", *(f"load.end_to_end_{p}" for p in ("p50", "p95", "p99"))),
            ),
        ),
        PanelRow(
            "Is the injector honest?",
            (
                lines(
                    "Injector lag",
                    "load.lag_p50",
                    "load.lag_p99",
                    width=10,
                    bound=PanelBound(bounds.INJECTOR_LAG_P99_SECONDS),
                ),
                lines(
                    "Sent of offered",
                    "load.sent_ratio",
                    width=10,
                    bound=PanelBound(bounds.SENT_RATIO, good_below=False),
                ),
                number("Injectors", "load.injectors", width=4),
            ),
        ),
    ),
)
