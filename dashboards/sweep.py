"""
What happens as replicas are added?
"""

from __future__ import annotations

from dashboards.layout import Dashboard, Row, lines
from dashboards.panels import Kind, Panel

SWEEP = Dashboard(
    "sweep",
    "Temporal kit / Sweep",
    "What happens to throughput and waiting as replicas are added?",
    (
        Row(
            "Steps",
            (
                Panel("Step and phase", ("sweep.step", "sweep.phase"), Kind.STATES, 16, none="no sweep runs"),
                lines("Workers", "sweep.workers", width=8),
            ),
        ),
        Row(
            "For each replica count",
            (
                lines("Throughput", "sweep.throughput", none="no step is in its window"),
                Panel(
                    "Throughput, mean of each step",
                    ("sweep.throughput_per_step",),
                    Kind.BARS,
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
                    none="no step is in its window",
                ),
            ),
        ),
    ),
)
