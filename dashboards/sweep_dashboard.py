"""
What happens as replicas are added?
"""

from __future__ import annotations

from dashboards import bounds
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard, PanelRow, lines
from dashboards.panels import Panel, PanelKind

SWEEP_DASHBOARD = Dashboard(
    "sweep",
    "Temporal kit / Sweep",
    "What happens to throughput and waiting as replicas are added?",
    (
        PanelRow(
            "Steps",
            (
                Panel(
                    "Step and phase",
                    ("sweep.step", "sweep.phase"),
                    PanelKind.STATES,
                    16,
                    none="no sweep runs",
                ),
                lines("Workers", "sweep.workers", width=8),
            ),
        ),
        PanelRow(
            "For each replica count",
            (
                lines("Throughput", "sweep.throughput", none="no step is in its window"),
                Panel(
                    "Throughput, mean of each step",
                    ("sweep.throughput_per_step",),
                    PanelKind.BARS,
                    none="no step in this time",
                ),
                lines(
                    "Throughput of one replica",
                    "sweep.throughput_per_replica",
                    none="no step is in its window",
                ),
                lines(
                    "Activities wait in the queue (p95)",
                    "sweep.schedule_to_start_p95",
                    bound=PanelBound(bounds.SCHEDULE_TO_START_P95_SECONDS),
                    none="no step is in its window",
                ),
            ),
        ),
    ),
)
