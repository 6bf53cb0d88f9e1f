"""
What does the Temporal server do: state transitions, shard lock, persistence, latencies, errors.
"""

from __future__ import annotations

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions.expression import Expression
from loadtest.catalogue.promql import TEMPORAL_NAMESPACE, combine, gauge, quantile, rate, ratio

_LONG_POLLS = "!~Poll.*|GetWorkflowExecutionHistory|UpdateWorkflowExecution|PollWorkflowExecutionUpdate"

# Errors of the server's normal reads before a write, and of shards that change owners; none is a fault of the database.
_EXPECTED_ERRORS = (
    "!~.*(NotFound|AlreadyExist|ConditionFailed|InvalidArgument|ShardOwnershipLost|[Cc]ancell?ed).*"
)

SERVER_EXPRESSIONS: tuple[Expression, ...] = (
    Expression(
        name="server.state_transitions",
        query=rate(BY_KEY["server.state_transitions"], by=(TEMPORAL_NAMESPACE,)),
        unit="transitions/s",
        legend="{{temporal_namespace}}",
        good="Follows the load.  It is the server's unit of work: compare servers by it, never by workflows per second.",
        readings=("state_transitions_per_second",),
    ),
    Expression(
        name="server.state_transitions_per_workflow",
        query=combine(
            "<transitions> / <closed>",
            transitions=rate(BY_KEY["server.state_transitions"], by=(TEMPORAL_NAMESPACE,)),
            closed=rate(BY_KEY["server.workflow_closed"], by=(TEMPORAL_NAMESPACE,)),
        ),
        unit="transitions",
        legend="{{temporal_namespace}}",
        good="Constant for one workflow type; it grows with retries and reworks.",
        readings=("state_transitions_per_workflow",),
    ),
    Expression(
        name="server.workflows_closed",
        query=rate(BY_KEY["server.workflow_closed"], by=(TEMPORAL_NAMESPACE,)),
        unit="workflows/s",
        legend="{{temporal_namespace}}",
        good="Equals what workers complete and injectors send, over any minute without a backlog.",
        readings=("closes_per_second",),
    ),
    Expression(
        name="server.shard_lock_p95",
        query=quantile(0.95, BY_KEY["server.shard_lock"]),
        unit="seconds",
        legend="p95 lock for a write",
        good="Below 5 ms, ideally 1 ms.  Above: too few history shards for this load, or a slow database.",
        readings=("shard_lock_seconds",),
    ),
    Expression(
        name="server.shard_mutex_p95",
        query=quantile(0.95, BY_KEY["server.shard_mutex"]),
        unit="seconds",
        legend="p95 lock in memory",
        good="Below 1 ms.  Good here says nothing of the lock for a write beside it, which is the one that contends.",
    ),
    Expression(
        name="server.persistence_latency_p95",
        query=quantile(0.95, BY_KEY["server.persistence_latency"], by=("operation",)),
        unit="seconds",
        legend="p95 {{operation}}",
        good="Below 20 ms for the writes (UpdateWorkflowExecution, CreateTasks).  High on all: the database is the limit.",
        readings=("persistence_latency_seconds",),
    ),
    Expression(
        name="server.persistence_requests",
        query=rate(BY_KEY["server.persistence_requests"], by=("operation",)),
        unit="requests/s",
        legend="{{operation}}",
        good="Follows the load.  CreateTasks and GetTasks appear when sync match fails.",
    ),
    Expression(
        name="server.persistence_errors",
        query=rate(BY_KEY["server.persistence_errors"], by=("operation", "error_type")),
        unit="requests/s",
        legend="{{operation}} {{error_type}}",
        good="None but NotFound and condition failures, which are how the server looks before it writes.",
    ),
    Expression(
        name="server.persistence_failed_ratio",
        query=ratio(
            rate(BY_KEY["server.persistence_errors"], by=("operation",), error_type=_EXPECTED_ERRORS),
            rate(BY_KEY["server.persistence_requests"], by=("operation",)),
        ),
        unit="ratio",
        legend="{{operation}}",
        good="0.  A timeout or an error of the database: it is short of something, restarts or cannot be reached.",
    ),
    Expression(
        name="server.resource_exhausted",
        query=rate(BY_KEY["server.resource_exhausted"], by=(TEMPORAL_NAMESPACE, "resource_exhausted_cause")),
        unit="requests/s",
        legend="{{resource_exhausted_cause}} in {{temporal_namespace}}",
        good="None.  A limit holds the load back: RpsLimit and PersistenceLimit are rates, "
        "ConcurrentLimit the open polls, BusyWorkflow one workflow with too much to do.",
    ),
    Expression(
        name="server.start_latency_p95",
        query=quantile(0.95, BY_KEY["server.service_latency"], operation="StartWorkflowExecution"),
        unit="seconds",
        legend="p95 StartWorkflowExecution",
        good="Below 150 ms.  Above, the server is the limit, and more workers make it worse.",
    ),
    Expression(
        name="server.service_latency_p95",
        query=quantile(0.95, BY_KEY["server.service_latency"], by=("operation",), operation=_LONG_POLLS),
        unit="seconds",
        legend="p95 {{operation}}",
        good="Below 100 ms.  Long polls are left out, as waiting is their work.",
    ),
    Expression(
        name="server.service_requests",
        query=rate(BY_KEY["server.service_requests"], by=("operation",)),
        unit="requests/s",
        legend="{{operation}}",
        good="Follows the load.  Polls far above the tasks: more pollers than work.",
    ),
    Expression(
        name="server.service_errors",
        query=rate(BY_KEY["server.service_errors"], by=("operation", "error_type")),
        unit="requests/s",
        legend="{{operation}} {{error_type}}",
        good="None but Canceled polls while workers stop.  ResourceExhausted: a rate limit of the server holds the load back.",
    ),
    Expression(
        name="server.memory",
        query=gauge("max", BY_KEY["server.memory"], by=("instance", "service_name")),
        unit="bytes",
        legend="{{service_name}} {{instance}}",
        good="Level.  History grows with its caches up to their limit; services of one process show the same figure.",
    ),
)
