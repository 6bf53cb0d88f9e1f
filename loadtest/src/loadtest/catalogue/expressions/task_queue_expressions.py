"""
Where do tasks wait: schedule-to-start, backlog, sync match, polls, partitions.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import (
    TEMPORAL_NAMESPACE,
    Query,
    combine,
    gauge,
    quantile,
    rate,
    ratio,
    share,
    total,
)

_WORKER_QUEUE = (TEMPORAL_NAMESPACE, "task_queue")
_SERVER_QUEUE = (TEMPORAL_NAMESPACE, "taskqueue", "task_type")
_QUEUE_LEGEND = "{{task_queue}}"
_SERVER_LEGEND = "{{task_type}} tasks of {{taskqueue}}"

_SYNC_GOOD = (
    "Above 99 %: a task finds a poller waiting and is never written to the database.  "
    "Below, tasks wait for a poller: add replicas or pollers."
)


def _wait(kind: str, q: float, good: str) -> Expression:
    percentile = f"p{round(q * 100)}"
    return Expression(
        name=f"task_queues.{kind}_schedule_to_start_{percentile}",
        query=quantile(q, BY_KEY[f"worker.{kind}_schedule_to_start"], by=_WORKER_QUEUE),
        unit="seconds",
        legend=f"{percentile} {_QUEUE_LEGEND}",
        good=good,
        readings=(f"schedule_to_start_seconds.{kind}.{percentile}",),
    )


_ACTIVITY_GOOD = (
    "p95 below 150 ms.  Above it with slots full: add replicas; above it with slots free: add pollers."
)
_WORKFLOW_GOOD = (
    "A few milliseconds, p95 below 150 ms: workflow tasks need no activity slot, so they hardly wait."
)


def _polls(**where: str) -> Query:
    return rate(BY_KEY["server.poll_success"], by=_SERVER_QUEUE, **where)


TASK_QUEUE_EXPRESSIONS: tuple[Expression, ...] = (
    *(_wait("activity", q, _ACTIVITY_GOOD) for q in (0.5, 0.95, 0.99)),
    *(_wait("workflow", q, _WORKFLOW_GOOD) for q in (0.5, 0.95, 0.99)),
    *(
        Expression(
            name=f"task_queues.server_{kind}_schedule_to_start_p95",
            query=quantile(0.95, BY_KEY[f"server.{kind}_schedule_to_start"], by=_SERVER_QUEUE),
            unit="seconds",
            legend=f"p95 {_SERVER_LEGEND}",
            good="Agrees with the workers' own figure within its coarse buckets (1, 2, 5, 10 … ms); "
            "it is all there is for a worker without metrics.",
        )
        for kind in ("activity", "workflow")
    ),
    Expression(
        name="task_queues.backlog_tasks",
        query=gauge("sum", BY_KEY["server.backlog_tasks"], by=_SERVER_QUEUE),
        unit="tasks",
        legend=_SERVER_LEGEND,
        good="Near 0 and without a trend.  A steady climb is overload: workers finish less than arrives.",
        readings=("backlog.tasks",),
    ),
    Expression(
        name="task_queues.backlog_age",
        query=gauge("max", BY_KEY["server.backlog_age"], by=_SERVER_QUEUE),
        unit="seconds",
        legend=_SERVER_LEGEND,
        good="Below a second.  It says how long the oldest task has waited, so it tells a stuck queue from a busy one.",
        readings=("backlog.age_seconds",),
    ),
    Expression(
        name="task_queues.sync_match_ratio",
        query=ratio(rate(BY_KEY["server.poll_success_sync"], by=_SERVER_QUEUE), _polls()),
        unit="ratio",
        legend=_SERVER_LEGEND,
        good=_SYNC_GOOD,
        readings=("sync_match_ratio",),
    ),
    Expression(
        name="task_queues.poll_success_ratio",
        query=share(_polls(), rate(BY_KEY["server.poll_timeouts"], by=_SERVER_QUEUE)),
        unit="ratio",
        legend=_SERVER_LEGEND,
        good="Above 90 % under steady load.  Lower while schedule-to-start is low: there are more pollers than work.",
    ),
    Expression(
        name="task_queues.polls",
        query=total(_polls(), rate(BY_KEY["server.poll_timeouts"], by=_SERVER_QUEUE)),
        unit="polls/s",
        legend=_SERVER_LEGEND,
        good="Above 0: somebody asks for tasks.  0 with a backlog: no worker polls this queue.",
    ),
    Expression(
        name="task_queues.polls_with_task",
        query=_polls(),
        unit="polls/s",
        legend="with a task, " + _SERVER_LEGEND,
        good="As many as there are tasks.",
    ),
    Expression(
        name="task_queues.tasks_added",
        query=rate(
            BY_KEY["server.tasks_added"],
            by=(TEMPORAL_NAMESPACE, "taskqueue", "task_add_result"),
            forwarded="false",
        ),
        unit="tasks/s",
        legend="{{task_add_result}} {{taskqueue}}",
        good="Nearly all sync_match; empty before Temporal server 1.32.  The backlog's share is what had to be written to the database and read again.",
    ),
    Expression(
        name="task_queues.partitions",
        query=combine(
            "count by (temporal_namespace, taskqueue, task_type) (<tasks> > 0)",
            tasks=rate(
                BY_KEY["server.poll_success"], by=(*_SERVER_QUEUE, "partition"), partition="!=__sticky__"
            ),
        ),
        unit="partitions",
        legend=_SERVER_LEGEND,
        good="4 by default.  More than that with low sync match: pollers are spread too thin.",
    ),
)
