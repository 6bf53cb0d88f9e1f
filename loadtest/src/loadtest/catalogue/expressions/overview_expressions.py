"""
Is it healthy, and how many workers does this load need.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import TEMPORAL_NAMESPACE, Query, busy, combine, gauge, lately, rate, share

_SLOTS_TO_USE = 0.8
_AUTOSCALER = ("namespace", "horizontalpodautoscaler")
_CERTIFICATE = ("namespace", "name")

_workers = gauge("count", BY_KEY["worker.started"])
_slots = combine(
    "(<used> + <free>)",
    used=gauge("sum", BY_KEY["worker.slots_used"]),
    free=gauge("sum", BY_KEY["worker.slots_available"]),
)
# Tasks that were taken, which every supported server counts; tasks that were put in are counted only from 1.32 on.
_arriving = rate(BY_KEY["server.poll_success"], task_type="Activity")


def _needed() -> Query:
    """
    Little's law on activity slots: tasks arriving per second, times the seconds that each holds a slot, over the slots
    of a replica, of which a fifth must stay free.
    """
    return combine(
        f"ceil(<arriving> * <busy> / <finished> / (<slots> / <workers>) / {_SLOTS_TO_USE:g})",
        arriving=_arriving,
        busy=busy(BY_KEY["worker.activity_execution"]),
        finished=rate(BY_KEY["worker.activity_finished"]),
        slots=_slots,
        workers=_workers,
    )


def _where_workers_run(query: Query) -> Query:
    """
    Keep the series of Kubernetes namespaces in which workers run.
    """
    return combine(
        "<query> and on (namespace) <workers>",
        query=query,
        workers=gauge("max", BY_KEY["worker.started"], by=("namespace",)),
    )


# Targets that served the kit's metrics within the last hour, so that other targets of a shared Prometheus are left
# alone.
_ours = combine(
    "(<workers> or <servers> or <injectors>)",
    workers=lately(BY_KEY["worker.started"], by=("instance",), back="1h"),
    servers=lately(BY_KEY["server.restarts"], by=("instance",), back="1h"),
    injectors=lately(BY_KEY["injector.in_flight"], by=("instance",), back="1h"),
)

# Injectors come and go with their sweeps; workers and servers stay.
_jobs_of_late = combine(
    "(<workers> or <servers>)",
    workers=lately(BY_KEY["worker.started"], by=("job",), back="1h"),
    servers=lately(BY_KEY["server.restarts"], by=("job",), back="1h"),
)

OVERVIEW_EXPRESSIONS: tuple[Expression, ...] = (
    Expression(
        name="overview.workers",
        query=gauge("count", BY_KEY["worker.started"], by=(TEMPORAL_NAMESPACE, "task_queue")),
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
        query=rate(BY_KEY["worker.workflow_completed"], by=(TEMPORAL_NAMESPACE, "task_queue")),
        unit="workflows/s",
        legend="{{task_queue}}",
        good="Follows what is sent.",
        readings=("closes_per_second",),
    ),
    Expression(
        name="overview.activities_finished",
        query=rate(BY_KEY["worker.activity_finished"], by=(TEMPORAL_NAMESPACE, "task_queue")),
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
        query=Query((), lambda _: 'count(ALERTS{alertstate="firing", part_of="temporal-kit"}) or vector(0)'),
        unit="alerts",
        legend="firing",
        good="0.  Each alert names its runbook; those of others are not counted.",
    ),
    Expression(
        name="overview.targets_down",
        query=combine(
            "sum by (job) ((<up> == bool 0) and on (instance) <ours>)",
            up=gauge("max", BY_KEY["monitoring.up"], by=("job", "instance")),
            ours=_ours,
        ),
        unit="targets",
        legend="{{job}}",
        good="0.  A target that does not answer leaves gaps in every panel, and no alert can speak for it.",
    ),
    Expression(
        name="overview.jobs_gone",
        query=combine(
            "(count by (job) (<late> unless on (job) <up>) or 0 * <up>)",
            late=_jobs_of_late,
            up=gauge("max", BY_KEY["monitoring.up"], by=("job",)),
        ),
        unit="jobs",
        legend="{{job}}",
        good="0.  A job that has left discovery with all its targets is not down for Prometheus: it is not there at all.",
    ),
    Expression(
        name="overview.autoscaler_replicas_left",
        query=_where_workers_run(
            combine(
                "((<most> - <now>) unless <most> == <least>)",
                most=gauge("max", BY_KEY["monitoring.autoscaler_maximum"], by=_AUTOSCALER),
                least=gauge("max", BY_KEY["monitoring.autoscaler_minimum"], by=_AUTOSCALER),
                now=gauge("max", BY_KEY["monitoring.autoscaler_replicas"], by=_AUTOSCALER),
            )
        ),
        unit="replicas",
        legend="{{horizontalpodautoscaler}}",
        good="Above 0: the autoscaler can still answer a rise.  At 0 it asks for all that it may, and more load waits.  "
        "One whose fewest are its most may answer nothing and is left out.",
    ),
    Expression(
        name="overview.certificate_left",
        query=_where_workers_run(
            combine(
                "((<end> - time()) unless <renewal> > time())",
                end=gauge("min", BY_KEY["monitoring.certificate_end"], by=_CERTIFICATE),
                renewal=gauge("min", BY_KEY["monitoring.certificate_renewal"], by=_CERTIFICATE),
            )
        ),
        unit="seconds",
        legend="{{name}}",
        good="None: each is renewed when it is due, however short it lives.  Where one stays and less than a week is left: "
        "when a client certificate ends, workers that reconnect are refused.",
    ),
)
