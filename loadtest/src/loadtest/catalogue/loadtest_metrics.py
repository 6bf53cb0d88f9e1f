"""
What the load test itself shows on /metrics pages: each injector process its starts, whose meters are made from these
entries, and the sweep the step that it measures, so that panels know to which step a curve belongs.

All of an injector's families are on its page from the start: an injector whose page has none is broken. The bounds of its
latency histograms are those of the kit's workers too.
"""

from __future__ import annotations

import itertools

from loadtest.catalogue.metric import Metric, Writer, counter, gauge, histogram

_FIRST_SECONDS, _LAST_SECONDS, _RATIO = 0.001, 60.0, 1.2

# From 1 ms to 60 s, each bound 1.2 times the one before, to four digits: the resolution of every percentile.
LATENCY_BOUNDS_SECONDS: tuple[float, ...] = (
    *(
        float(f"{bound:.4g}")
        for bound in itertools.takewhile(
            lambda bound: bound < _LAST_SECONDS,
            itertools.accumulate(
                itertools.repeat(_RATIO), lambda bound, ratio: bound * ratio, initial=_FIRST_SECONDS
            ),
        )
    ),
    _LAST_SECONDS,
)


_INJECTOR = Writer("injector", since="temporal-loadtest 0.1.0")
_SWEEP = Writer("sweep", since="temporal-loadtest 0.1.0")
_PER_SCENARIO = ("scenario",)


INJECTOR_METRICS: tuple[Metric, ...] = (
    counter(
        key="injector.offered",
        name="loadtest_injector_offered_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Arrivals that fell due.",
        writer=_INJECTOR,
    ),
    counter(
        key="injector.sent",
        name="loadtest_injector_sent_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Starts that left the injector; must follow offered.",
        writer=_INJECTOR,
    ),
    counter(
        key="injector.completed",
        name="loadtest_injector_completed_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Awaited workflows that closed well.",
        writer=_INJECTOR,
    ),
    counter(
        key="injector.failed",
        name="loadtest_injector_failed_total",
        unit="workflows",
        labels=("scenario", "kind"),
        meaning="Starts and workflows that failed, by kind.",
        writer=_INJECTOR,
        event="a start or a workflow fails",
        split="kind",
    ),
    gauge(
        key="injector.in_flight",
        name="loadtest_injector_in_flight",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Workflows that this injector started and that are still open.",
        writer=_INJECTOR,
    ),
    histogram(
        key="injector.lag",
        name="loadtest_injector_lag_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Actual send minus intended start.",
        writer=_INJECTOR,
    ),
    histogram(
        key="injector.response_time",
        name="loadtest_injector_response_time_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Start acknowledged minus intended start.",
        writer=_INJECTOR,
    ),
    histogram(
        key="injector.end_to_end",
        name="loadtest_injector_end_to_end_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Workflow closed minus intended start.",
        writer=_INJECTOR,
    ),
)

STEP_METRICS: tuple[Metric, ...] = (
    gauge(
        key="sweep.step_info",
        name="loadtest_step_info",
        unit="",
        labels=("run", "step", "replicas", "load", "repetition", "phase"),
        meaning="1 while the step is in that phase: scale, warm-up, window, drain or collect.",
        writer=_SWEEP,
        event="a step begins",
        read_by_sweep=False,
    ),
)
