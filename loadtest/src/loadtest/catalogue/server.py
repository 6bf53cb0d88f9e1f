"""
What a Temporal server's /metrics pages hold, as far as we read them.

One dev server has one page with all services; a cluster has a page for each service.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence, Reading

# Read in the server's source, tag by tag; 1.19 stands for "or older".
SERVER_SINCE = "Temporal server 1.19"
_BASE = ("service_name",)
NAMESPACE = (*_BASE, "namespace", "operation")
_MATCHING = (*NAMESPACE, "taskqueue", "task_type", "partition")
_HISTORY_QUEUE = (*NAMESPACE, "taskqueue", "task_type", "partition")
_CLOSED = (*NAMESPACE, "taskqueue", "workflowType")


def at_server(
    key: str,
    name: str,
    kind: Kind,
    labels: tuple[str, ...],
    meaning: str,
    *,
    unit: str,
    service: str | None = None,
    since: str = SERVER_SINCE,
    event: str | None = None,
    where: tuple[tuple[str, str], ...] = (),
    split: str | None = None,
    reading: Reading | None = None,
) -> Metric:
    return Metric(
        key=f"server.{key}",
        name=name,
        kind=kind,
        unit=unit,
        labels=labels,
        meaning=meaning,
        source=f"server, {service or 'every service'}",
        presence=Presence.ALWAYS if event is None else Presence.ON_EVENT,
        since=since,
        event=event,
        where=where,
        split=split,
        service=service,
        reading=reading or (Reading.BUCKETS if kind is Kind.HISTOGRAM else Reading.VALUE),
    )


def _closed(key: str, name: str, meaning: str, event: str) -> Metric:
    return at_server(
        key,
        name,
        Kind.COUNTER,
        _CLOSED,
        meaning,
        unit="workflows",
        service="history",
        event=event,
        split="workflowType",
    )


def _wait(key: str, task_type: str, meaning: str) -> Metric:
    return at_server(
        key,
        "task_schedule_to_start_latency",
        Kind.HISTOGRAM,
        _HISTORY_QUEUE,
        meaning,
        unit="seconds",
        service="history",
        event=f"a worker takes a {task_type.lower()} task",
        where=(("task_type", task_type),),
    )


def _polls(key: str, name: str, meaning: str, split: str = "task_type") -> Metric:
    return at_server(
        key,
        name,
        Kind.COUNTER,
        _MATCHING,
        meaning,
        unit="tasks",
        service="matching",
        event="a poll is answered with a task",
        split=split,
    )


SERVER: tuple[Metric, ...] = (
    at_server(
        "restarts",
        "restarts",
        Kind.COUNTER,
        _BASE,
        "Starts of each service; tells which services a page speaks for.",
        unit="starts",
        split="service_name",
    ),
    at_server(
        "workflow_closed",
        "workflow_schedule_to_close_latency",
        Kind.HISTOGRAM,
        _CLOSED,
        "Workflows that closed, however; written at once, so the count of a step is exact.",
        unit="workflows",
        service="history",
        event="a workflow closes",
        split="workflowType",
        reading=Reading.COUNT,
        since="Temporal server 1.30",
    ),
    at_server(
        "workflow_endtoend",
        "workflow_schedule_to_close_latency",
        Kind.HISTOGRAM,
        _CLOSED,
        "Workflow start to its close, by the server's clock.",
        unit="seconds",
        service="history",
        event="a workflow closes",
        since="Temporal server 1.30",
    ),
    _closed(
        "workflow_success", "workflow_success", "Workflows closed well; up to 1 s late.", "one closes well"
    ),
    _closed("workflow_failed", "workflow_failed", "Workflows closed as failed; up to 1 s late.", "one fails"),
    _closed("workflow_cancelled", "workflow_cancel", "Workflows closed as cancelled.", "one is cancelled"),
    _closed("workflow_terminated", "workflow_terminate", "Workflows terminated.", "one is terminated"),
    _closed("workflow_timed_out", "workflow_timeout", "Workflows that ran out of time.", "one times out"),
    at_server(
        "state_transitions",
        "state_transition_count",
        Kind.HISTOGRAM,
        (*NAMESPACE, "namespace_state"),
        "State transitions: the server's unit of work.",
        unit="state transitions",
        service="history",
        event="a workflow of the namespace changes its state",
        reading=Reading.COUNT,
    ),
    _wait(
        "activity_schedule_to_start",
        "Activity",
        "Time an activity waited in its queue; a start whose write is tried again counts twice.",
    ),
    _wait(
        "workflow_schedule_to_start",
        "Workflow",
        "Time a workflow task waited in its queue, sticky ones too; a start written again counts twice.",
    ),
    _polls("poll_success", "poll_success", "Polls answered with a task."),
    _polls(
        "poll_success_sync", "poll_success_sync", "Polls answered by a sync match: no write to the database."
    ),
    at_server(
        "tasks_added",
        "tasks_added",
        Kind.COUNTER,
        (*_MATCHING, "task_add_result"),
        "Tasks put into the queue: matched at once or written to the backlog.",
        unit="tasks",
        service="matching",
        event="a task is added",
        split="task_add_result",
        since="Temporal server 1.32",
    ),
    at_server(
        "activity_completed",
        "service_requests",
        Kind.COUNTER,
        NAMESPACE,
        "Activities that workers reported done; the throughput of a worker without metrics.",
        unit="activities",
        service="history",
        event="a worker reports an activity done",
        where=(("operation", "RespondActivityTaskCompleted"), ("service_name", "history")),
    ),
    at_server(
        "backlog_tasks",
        "approximate_backlog_count",
        Kind.GAUGE,
        _MATCHING,
        "Tasks in the queue not yet taken, by type of task.",
        unit="tasks",
        service="matching",
        event="a task is written to the backlog",
        split="task_type",
        since="Temporal server 1.25",
    ),
    at_server(
        "backlog_age",
        "approximate_backlog_age_seconds",
        Kind.GAUGE,
        _MATCHING,
        "Age of the oldest task in the backlog, by type of task.",
        unit="seconds",
        service="matching",
        event="a task is written to the backlog",
        split="task_type",
        since="Temporal server 1.25",
    ),
    at_server(
        "persistence_latency",
        "persistence_latency",
        Kind.HISTOGRAM,
        NAMESPACE,
        "Time of a request to the database.",
        unit="seconds",
    ),
    at_server(
        "persistence_requests",
        "persistence_requests",
        Kind.COUNTER,
        NAMESPACE,
        "Requests to the database, by operation.",
        unit="requests",
        split="operation",
    ),
    at_server(
        "persistence_errors",
        "persistence_error_with_type",
        Kind.COUNTER,
        (*NAMESPACE, "error_type"),
        "Requests to the database that failed.",
        unit="requests",
        event="a request to the database fails",
        split="error_type",
    ),
    at_server(
        "shard_lock",
        "semaphore_latency",
        Kind.HISTOGRAM,
        ("operation", "priority", "service_name"),
        "Wait for a shard's lock before each write of a workflow's state.",
        unit="seconds",
        service="history",
        event="a shard writes a workflow's state",
        where=(("operation", "ShardInfo"),),
        since="Temporal server 1.23",
    ),
    at_server(
        "shard_mutex",
        "lock_latency",
        Kind.HISTOGRAM,
        ("operation", "service_name"),
        "Wait for the lock of a shard's fields in memory.",
        unit="seconds",
        service="history",
        where=(("operation", "ShardInfo"),),
    ),
    at_server(
        "service_requests",
        "service_requests",
        Kind.COUNTER,
        NAMESPACE,
        "Requests that the frontend got, by operation.",
        unit="requests",
        service="frontend",
        where=(("service_name", "frontend"),),
        split="operation",
    ),
    at_server(
        "service_errors",
        "service_error_with_type",
        Kind.COUNTER,
        (*NAMESPACE, "error_type"),
        "Requests that ended in an error, by type.",
        unit="requests",
        event="a request ends in an error",
        split="error_type",
    ),
)
