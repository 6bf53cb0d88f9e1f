"""
What the sweep's own process shows, so that panels know which step a curve belongs to.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence

SWEEP: tuple[Metric, ...] = (
    Metric(
        key="sweep.step_info",
        name="loadtest_step_info",
        kind=Kind.GAUGE,
        unit="",
        labels=("run", "step", "replicas", "load", "repetition", "phase"),
        meaning="1 while the step is in that phase: scale, warm-up, window, drain or collect.",
        source="sweep",
        presence=Presence.ON_EVENT,
        since="temporal-loadtest 0.1.0",
        event="a step begins",
    ),
)
