"""
Is it healthy, and how many workers does this load need.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import Query, busy, combine, gauge, rate, share

_SLOTS_TO_USE = 0.8

_workers = gauge("count", BY_KEY["worker.started"])
_slots = combine(
    "(<used> + <free>)",
    used=gauge("sum", BY_KEY["worker.slots_used"]),
    free=gauge("sum", BY_KEY["worker.slots_available"]),
)
# Tasks taken, as every supported server counts them; those put in are counted from 1.32 on only.
_arriving = rate(BY_KEY["server.poll_success"], task_type="Activity")


def _needed() -> Query:
    """
    Little's law on activity slots: tasks arriving per second times the seconds each holds a slot,
    over the slots of a replica, of which a fifth is to stay free.
    """
    return combine(
        f"ceil(<arriving> * <busy> / <finished> / (<slots> / <workers>) / {_SLOTS_TO_USE:g})",
        arriving=_arriving,
        busy=busy(BY_KEY["worker.activity_execution"]),
        finished=rate(BY_KEY["worker.activity_finished"]),
        slots=_slots,
        workers=_workers,
    )


OVERVIEW: tuple[Expression, ...] = (
    Expression(
        name="overview.workers",
        query=gauge("count", BY_KEY["worker.started"], by=("namespace", "task_queue")),
        unit="replicas",
        legend="{{task_queue}}",
        good="At least as many as needed (beside it).",
    ),
    Expression(
        name="overview.workers_needed",
        query=_needed(),
        unit="replicas",
        legend="needed",
        good="At most the workers that run.  It is the least that keeps 20 % of the slots free at the current arrivals; "
        "while a backlog grows more is needed; a sweep says what latency that gives.",
    ),
    Expression(
        name="overview.orders_completed",
        query=rate(BY_KEY["worker.workflow_completed"], by=("task_queue",)),
        unit="workflows/s",
        legend="{{task_queue}}",
        good="Follows what is sent.",
        readings=("closes_per_second",),
    ),
    Expression(
        name="overview.activities_finished",
        query=rate(BY_KEY["worker.activity_finished"], by=("task_queue",)),
        unit="activities/s",
        legend="{{task_queue}}",
        good="The throughput that a sweep fits: it is steady where closes come in waves.",
        readings=("throughput_per_second",),
    ),
    Expression(
        name="overview.slots_used_ratio",
        query=share(
            gauge("sum", BY_KEY["worker.slots_used"]), gauge("sum", BY_KEY["worker.slots_available"])
        ),
        unit="ratio",
        legend="activity slots in use",
        good="Below 80 % over all replicas.",
        readings=("slots_used_ratio",),
    ),
    Expression(
        name="overview.failed_ratio",
        query=share(
            rate(BY_KEY["worker.workflow_failed"]),
            rate(BY_KEY["worker.workflow_completed"]),
        ),
        unit="ratio",
        legend="failed / finished",
        good="0: no order fails.  What fails, and why, is on the workers' dashboard.",
        readings=("error_ratio",),
    ),
    Expression(
        name="overview.alerts",
        query=Query((), lambda _: 'count(ALERTS{alertstate="firing"}) or vector(0)'),
        unit="alerts",
        legend="firing",
        good="0.  Each alert names its runbook.",
    ),
)
