"""
What a sweep finds while it runs: throughput and waiting for each replica count.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import Query, combine, gauge, last_rate, quantile, rate

_STEP = ("run", "step", "replicas", "load")
_LEGEND = "{{load}}, replicas {{replicas}}"


def _in_window(query: Query) -> Query:
    """
    Keep what was measured in a step's window, and say which step it was.
    """
    return combine(
        "<query> * on () group_right () <info>",
        query=query,
        info=gauge("max", BY_KEY["sweep.step_info"], by=_STEP, phase="window"),
    )


def _per_step(query: Query) -> Query:
    return combine("avg_over_time((<query>)[<range>:5s])", query=query)


_activities = rate(BY_KEY["worker.activity_finished"])
_wait = quantile(0.95, BY_KEY["worker.activity_schedule_to_start"])

SWEEP_EXPRESSIONS: tuple[Expression, ...] = (
    Expression(
        name="sweep.step",
        query=gauge("max", BY_KEY["sweep.step_info"], by=(*_STEP, "repetition")),
        unit="",
        legend="{{step}}",
        good="One step at a time.",
    ),
    Expression(
        name="sweep.phase",
        query=gauge("max", BY_KEY["sweep.step_info"], by=("phase",)),
        unit="",
        legend="{{phase}}",
        good="Each step goes through scale, warm-up, window, drain and collect; only the window is counted.",
    ),
    Expression(
        name="sweep.workers",
        query=gauge("count", BY_KEY["worker.started"]),
        unit="replicas",
        legend="workers",
        good="What the step's name says during its window; a change there makes the step invalid.",
        readings=("replicas",),
    ),
    Expression(
        name="sweep.throughput",
        query=_in_window(_activities),
        unit="activities/s",
        legend=_LEGEND,
        good="Grows with the replicas in saturate steps; equal in open steps, where the schedule sets it.",
        readings=("throughput_per_second",),
    ),
    Expression(
        name="sweep.throughput_per_step",
        query=_per_step(_in_window(last_rate(BY_KEY["worker.activity_finished"]))),
        unit="activities/s",
        legend=_LEGEND,
        good="The scaling curve: n replicas near n times the first.  It blurs by a scrape at a window's edges; "
        "the report has the exact figure and the query that gives it.",
        readings=("throughput_per_second",),
    ),
    Expression(
        name="sweep.throughput_per_replica",
        query=_in_window(
            combine(
                "<activities> / <workers>",
                activities=_activities,
                workers=gauge("count", BY_KEY["worker.started"]),
            )
        ),
        unit="activities/s",
        legend=_LEGEND,
        good="The same for every replica count: that is linear scaling.  What is missing was lost to contention.",
    ),
    Expression(
        name="sweep.schedule_to_start_p95",
        query=_in_window(_wait),
        unit="seconds",
        legend=_LEGEND,
        good="Falls as replicas grow in open steps.  Saturate steps wait about a second by design: their load is a closed loop.",
        readings=("schedule_to_start_seconds.activity.p95",),
    ),
)
