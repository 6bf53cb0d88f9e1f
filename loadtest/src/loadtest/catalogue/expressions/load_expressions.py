"""
What is asked of the system: offered, sent, completed, latencies from schedule, injector lag.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import combine, gauge, quantile, rate, ratio


def _flow(key: str, good: str, reading: str) -> Expression:
    return Expression(
        name=f"load.{key}",
        query=rate(BY_KEY[f"injector.{key}"]),
        unit="workflows/s",
        legend=key,
        good=good,
        readings=(reading,),
    )


def _latency(key: str, q: float, good: str, reading: str) -> Expression:
    percentile = f"p{round(q * 100)}"
    return Expression(
        name=f"load.{key}_{percentile}",
        query=quantile(q, BY_KEY[f"injector.{key}"]),
        unit="seconds",
        legend=percentile,
        good=good,
        readings=(f"{reading}.{percentile}",),
    )


_LAG_GOOD = (
    "Below 10 ms at p99.  Above, the injector is late and measures itself: add injectors or lower the rate."
)
_RESPONSE_GOOD = (
    "Start acknowledged, counted from the intended start, so a stalled server shows.  p95 below 150 ms."
)
_END_GOOD = "Workflow closed, counted from the intended start: what a client waits for.  Compare it with the plan's SLO."

LOAD_EXPRESSIONS: tuple[Expression, ...] = (
    _flow("offered", "What the schedule asks for, whatever the system does.", "offered_per_second"),
    _flow("sent", "Equal to offered.  Below: the injector is the limit, not the system.", "sent_per_second"),
    _flow(
        "completed",
        "Equal to sent at steady state.  Below, without an end: overload, and the backlog grows.",
        "closes_per_second",
    ),
    Expression(
        name="load.failed",
        query=rate(BY_KEY["injector.failed"], by=("kind",)),
        unit="workflows/s",
        legend="{{kind}}",
        good="None.  ALREADY_EXISTS: ids were used before; a workflow's failure: see the workers.",
        readings=("failed",),
    ),
    Expression(
        name="load.in_flight",
        query=gauge("sum", BY_KEY["injector.in_flight"]),
        unit="workflows",
        legend="in flight",
        good="Level at throughput times end-to-end latency (Little's law).  A climb is a growing backlog.",
    ),
    Expression(
        name="load.sent_ratio",
        query=ratio(rate(BY_KEY["injector.sent"]), rate(BY_KEY["injector.offered"])),
        unit="ratio",
        legend="sent / offered",
        good="Above 99 %, else a step is invalid: it measured the injector.",
    ),
    *(_latency("lag", q, _LAG_GOOD, "injector_lag_seconds") for q in (0.5, 0.99)),
    *(_latency("response_time", q, _RESPONSE_GOOD, "response_time_seconds") for q in (0.5, 0.95, 0.99)),
    *(_latency("end_to_end", q, _END_GOOD, "end_to_end_seconds") for q in (0.5, 0.95, 0.99)),
    Expression(
        name="load.injectors",
        query=combine("count(<each>)", each=gauge("max", BY_KEY["injector.in_flight"], by=("instance",))),
        unit="injectors",
        legend="injectors",
        good="As many as the plan names.  One that vanishes makes its step invalid.",
    ),
)
