"""
What each injector process shows on its /metrics page.

All families are there from the start: an injector that shows none is broken.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence, Reading

_SCENARIO = ("scenario",)


def _injector(
    key: str,
    name: str,
    kind: Kind,
    labels: tuple[str, ...],
    unit: str,
    meaning: str,
    *,
    event: str | None = None,
    split: str | None = None,
) -> Metric:
    return Metric(
        key=f"injector.{key}",
        name=name,
        kind=kind,
        unit=unit,
        labels=labels,
        meaning=meaning,
        source="injector",
        presence=Presence.ALWAYS if event is None else Presence.ON_EVENT,
        since="temporal-loadtest 0.1.0",
        event=event,
        split=split,
        reading=Reading.BUCKETS if kind is Kind.HISTOGRAM else Reading.VALUE,
    )


def _counter(key: str, name: str, meaning: str) -> Metric:
    return _injector(key, f"loadtest_injector_{name}", Kind.COUNTER, _SCENARIO, "workflows", meaning)


def _histogram(key: str, name: str, meaning: str) -> Metric:
    return _injector(key, f"loadtest_injector_{name}", Kind.HISTOGRAM, _SCENARIO, "seconds", meaning)


INJECTOR: tuple[Metric, ...] = (
    _counter("offered", "offered_total", "Arrivals that fell due."),
    _counter("sent", "sent_total", "Starts that left the injector; must follow offered."),
    _counter("completed", "completed_total", "Awaited workflows that closed well."),
    _injector(
        "failed",
        "loadtest_injector_failed_total",
        Kind.COUNTER,
        (*_SCENARIO, "kind"),
        "workflows",
        "Starts and workflows that failed, by kind.",
        event="a start or a workflow fails",
        split="kind",
    ),
    _injector(
        "in_flight",
        "loadtest_injector_in_flight",
        Kind.GAUGE,
        _SCENARIO,
        "workflows",
        "Workflows that this injector started and that are still open.",
    ),
    _histogram("lag", "lag_seconds", "Actual send minus intended start."),
    _histogram("response_time", "response_time_seconds", "Start acknowledged minus intended start."),
    _histogram("end_to_end", "end_to_end_seconds", "Workflow closed minus intended start."),
)
