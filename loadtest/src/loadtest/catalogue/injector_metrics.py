"""
What each injector process shows on its /metrics page; its meters are made from these entries.

All families are on the page from the start: an injector whose page has none is broken.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, Writer, counter, gauge, histogram

_WRITER = Writer("injector", since="temporal-loadtest 0.1.0")
_PER_SCENARIO = ("scenario",)


INJECTOR_METRICS: tuple[Metric, ...] = (
    counter(
        key="injector.offered",
        name="loadtest_injector_offered_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Arrivals that fell due.",
        writer=_WRITER,
    ),
    counter(
        key="injector.sent",
        name="loadtest_injector_sent_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Starts that left the injector; must follow offered.",
        writer=_WRITER,
    ),
    counter(
        key="injector.completed",
        name="loadtest_injector_completed_total",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Awaited workflows that closed well.",
        writer=_WRITER,
    ),
    counter(
        key="injector.failed",
        name="loadtest_injector_failed_total",
        unit="workflows",
        labels=("scenario", "kind"),
        meaning="Starts and workflows that failed, by kind.",
        writer=_WRITER,
        event="a start or a workflow fails",
        split="kind",
    ),
    gauge(
        key="injector.in_flight",
        name="loadtest_injector_in_flight",
        unit="workflows",
        labels=_PER_SCENARIO,
        meaning="Workflows that this injector started and that are still open.",
        writer=_WRITER,
    ),
    histogram(
        key="injector.lag",
        name="loadtest_injector_lag_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Actual send minus intended start.",
        writer=_WRITER,
    ),
    histogram(
        key="injector.response_time",
        name="loadtest_injector_response_time_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Start acknowledged minus intended start.",
        writer=_WRITER,
    ),
    histogram(
        key="injector.end_to_end",
        name="loadtest_injector_end_to_end_seconds",
        unit="seconds",
        labels=_PER_SCENARIO,
        meaning="Workflow closed minus intended start.",
        writer=_WRITER,
    ),
)
