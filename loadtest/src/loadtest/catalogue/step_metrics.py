"""
What the sweep's own process shows, so that panels know to which step a curve belongs.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, Writer, gauge

_WRITER = Writer("sweep", since="temporal-loadtest 0.1.0")


STEP_METRICS: tuple[Metric, ...] = (
    gauge(
        key="sweep.step_info",
        name="loadtest_step_info",
        unit="",
        labels=("run", "step", "replicas", "load", "repetition", "phase"),
        meaning="1 while the step is in that phase: scale, warm-up, window, drain or collect.",
        writer=_WRITER,
        event="a step begins",
        read_by_sweep=False,
    ),
)
