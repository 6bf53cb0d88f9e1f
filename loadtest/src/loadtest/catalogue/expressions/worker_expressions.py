"""
What do workers do: slots, pollers, cache, CPU and memory of each replica, failures.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import (
    TEMPORAL_NAMESPACE,
    Query,
    changes,
    combine,
    gauge,
    quantile,
    rate,
    share,
    zero_if_unseen,
)

_REPLICA = ("instance", TEMPORAL_NAMESPACE, "task_queue")


def _of_workers(query: Query) -> Query:
    """
    Keep the processes that run a worker: injectors and Prometheus have process metrics too.
    """
    return combine(
        "<query> and on (instance) <workers>",
        query=query,
        workers=gauge("max", BY_KEY["worker.started"], by=("instance",)),
    )


def _slots(key: str, name: str, good: str) -> Expression:
    used, free = BY_KEY[f"worker.{key}_used"], BY_KEY[f"worker.{key}_available"]
    return Expression(
        name=f"workers.{name}",
        query=share(gauge("sum", used, by=_REPLICA), gauge("sum", free, by=_REPLICA)),
        unit="ratio",
        legend="{{instance}}",
        good=good,
        readings=("slots_used_ratio",) if key == "slots" else (),
    )


def _silent(key: str, operation: str) -> Query:
    """
    Return the free slots of each replica: all of them where none of its polls got an answer, else 0.
    """
    free = BY_KEY[f"worker.{key}_available"]
    polls = rate(BY_KEY["worker.polls"], by=_REPLICA, operation=operation)
    return combine(
        f"<free> * on ({', '.join(_REPLICA)}<apart>) group_left () (<polls> == bool 0)",
        free=gauge("sum", free, by=(*_REPLICA, "worker_type")),
        polls=zero_if_unseen(polls, gauge("sum", free, by=_REPLICA)),
    )


WORKER_EXPRESSIONS: tuple[Expression, ...] = (
    _slots(
        "slots",
        "activity_slots_used_ratio",
        "Below 80 %.  At 100 % a replica takes no activity until one ends, whatever its CPU does: add replicas or slots.",
    ),
    _slots(
        "workflow_slots",
        "workflow_slots_used_ratio",
        "Far below 100 %: workflow tasks take milliseconds.  High: the replica's CPU is full, or a workflow blocks its thread.",
    ),
    Expression(
        name="workers.pollers",
        query=gauge("sum", BY_KEY["worker.pollers"], by=(TEMPORAL_NAMESPACE, "task_queue", "poller_type")),
        unit="pollers",
        legend="{{poller_type}} {{task_queue}}",
        good="Follows the replica count and is never 0.  0 with a running worker: it is draining, or cannot reach the server.",
        readings=("pollers",),
    ),
    Expression(
        name="workers.silent_slots",
        query=combine(
            "<activities> or <workflows>",
            activities=_silent("slots", "PollActivityTaskQueue"),
            workflows=_silent("workflow_slots", "PollWorkflowTaskQueue"),
        ),
        unit="slots",
        legend="{{instance}} {{worker_type}}",
        good="0: every replica asks for each kind of task that it has free slots for.  "
        "Above: it lives, and works for nobody; or its connection hangs.",
    ),
    Expression(
        name="workers.activity_execution_p95",
        query=quantile(0.95, BY_KEY["worker.activity_execution"], by=("task_queue", "activity_type")),
        unit="seconds",
        legend="p95 {{activity_type}}",
        good="As long as the work itself.  Grows with replicas: a shared resource behind the activities is the limit.",
    ),
    Expression(
        name="workers.workflow_task_execution_p95",
        query=quantile(0.95, BY_KEY["worker.workflow_task_execution"], by=("task_queue", "workflow_type")),
        unit="seconds",
        legend="p95 {{workflow_type}}",
        good="Milliseconds.  Above 100 ms: workflow code does what activities are for, or CPU is short.",
    ),
    Expression(
        name="workers.sticky_hit_ratio",
        query=share(
            rate(BY_KEY["worker.sticky_hit"], by=(TEMPORAL_NAMESPACE, "task_queue")),
            rate(BY_KEY["worker.sticky_miss"], by=(TEMPORAL_NAMESPACE, "task_queue")),
        ),
        unit="ratio",
        legend="{{task_queue}}",
        good="Above 99 %.  Lower: the cache is smaller than the workflows in flight, and each miss replays a history (2.6x the CPU).",
        readings=("sticky_hit_ratio",),
    ),
    Expression(
        name="workers.sticky_cache_size",
        query=gauge("sum", BY_KEY["worker.sticky_size"], by=_REPLICA),
        unit="workflows",
        legend="{{instance}}",
        good="Below the configured maximum: workflows in flight fit.",
    ),
    Expression(
        name="workers.sticky_evictions",
        query=rate(BY_KEY["worker.sticky_evicted"], by=(TEMPORAL_NAMESPACE, "task_queue")),
        unit="workflows/s",
        legend="{{task_queue}}",
        good="None.  Evictions mean that the cache is full; raise its size or add replicas.",
    ),
    Expression(
        name="workers.cpu",
        query=_of_workers(rate(BY_KEY["worker.cpu"], by=("instance",))),
        unit="cores",
        legend="{{instance}}",
        good="Even over replicas and below 0.8: Python runs a replica's work on one core, so at 1 more slots bring nothing.",
        readings=("cpu_seconds_per_workflow.worker",),
    ),
    Expression(
        name="workers.memory",
        query=_of_workers(gauge("sum", BY_KEY["worker.rss"], by=("instance",))),
        unit="bytes",
        legend="{{instance}}",
        good="Level once the sticky cache is full.  A steady climb over hours is a leak.",
        readings=("rss_bytes.worker",),
    ),
    Expression(
        name="workers.restarts",
        query=_of_workers(changes(BY_KEY["worker.start_time"], by=("instance",), back="15m")),
        unit="restarts",
        legend="{{instance}}",
        good="0.  Each one empties a sticky cache and delays the tasks that were running there.",
    ),
    Expression(
        name="workers.activity_failures",
        query=rate(BY_KEY["worker.activity_failed"], by=("task_queue", "activity_type", "failure_reason")),
        unit="activities/s",
        legend="{{activity_type}} {{failure_reason}}",
        good="What the plan injects, else none.  Failed attempts are retried and take slots from others.",
    ),
    Expression(
        name="workers.workflow_task_failures",
        query=rate(
            BY_KEY["worker.workflow_task_failed"],
            by=(TEMPORAL_NAMESPACE, "task_queue", "workflow_type", "failure_reason"),
        ),
        unit="tasks/s",
        legend="{{workflow_type}} {{failure_reason}}",
        good="None at all.  NonDeterminismError: running workflows met code that changed under them; roll back or patch.",
    ),
    Expression(
        name="workers.workflow_failures",
        query=rate(BY_KEY["worker.workflow_failed"], by=("task_queue", "workflow_type")),
        unit="workflows/s",
        legend="{{workflow_type}}",
        good="None: an order that fails has lost its money or its device.",
        readings=("failed",),
    ),
    Expression(
        name="workers.request_latency_p95",
        query=quantile(0.95, BY_KEY["worker.request_latency"], by=("operation",)),
        unit="seconds",
        legend="p95 {{operation}}",
        good="Below 50 ms.  High here and low on the server: the network or the worker's own CPU is between them.",
    ),
    Expression(
        name="workers.request_failures",
        query=rate(BY_KEY["worker.request_failed"], by=("operation", "status_code")),
        unit="requests/s",
        legend="{{operation}} {{status_code}}",
        good="None.  RESOURCE_EXHAUSTED: the server's rate limit; UNAVAILABLE: it restarts or cannot be reached.",
    ),
)
