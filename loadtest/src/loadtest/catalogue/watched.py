"""
Metrics that only people and rules watch; no reading of a step is made from them.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence, Reading
from loadtest.catalogue.server import NAMESPACE, SERVER_SINCE, at_server
from loadtest.catalogue.worker import ACTIVITY, CORE_SINCE, WORKFLOW, histogram

WATCHED: tuple[Metric, ...] = (
    Metric(
        key="server.poll_timeouts",
        name="poll_timeouts",
        kind=Kind.COUNTER,
        unit="polls",
        labels=("service_name", "namespace", "operation", "taskqueue", "task_type", "partition"),
        meaning="Polls that waited a minute and got no task.",
        source="server, matching",
        presence=Presence.ON_EVENT,
        since=SERVER_SINCE,
        event="a poll waits a minute without a task",
    ),
    Metric(
        key="server.memory",
        name="memory_heap",
        kind=Kind.GAUGE,
        unit="bytes",
        labels=("service_name",),
        meaning="Go heap of the server's process, as each of its services tells it.",
        source="server, every service",
        presence=Presence.ALWAYS,
        since=SERVER_SINCE,
    ),
    Metric(
        key="worker.request_latency",
        name="temporal_request_latency_seconds",
        kind=Kind.HISTOGRAM,
        unit="seconds",
        labels=("namespace", "operation", "service_name"),
        meaning="Time of a request to the server, as the worker saw it; long polls are counted elsewhere.",
        source="SDK core",
        presence=Presence.ALWAYS,
        since=CORE_SINCE,
        reading=Reading.BUCKETS,
    ),
    histogram(
        "workflow_task_execution",
        "workflow_task_execution_latency_seconds",
        WORKFLOW,
        "Time one workflow task took in the worker.",
        "a workflow task ends",
    ),
    histogram(
        "workflow_task_replay",
        "workflow_task_replay_latency_seconds",
        WORKFLOW,
        "Time to replay a history, after a sticky miss.",
        "a workflow task is replayed",
    ),
    histogram(
        "activity_execution",
        "activity_execution_latency_seconds",
        ACTIVITY,
        "Time one activity attempt took: start to close.",
        "an activity attempt ends",
    ),
    histogram(
        "activity_endtoend",
        "activity_succeed_endtoend_latency_seconds",
        ACTIVITY,
        "Activity scheduled to done, waits and retries included.",
        "an activity ends well",
    ),
    histogram(
        "local_activity_execution",
        "local_activity_execution_latency_seconds",
        ACTIVITY,
        "Time one local activity took.",
        "a local activity ends",
    ),
    at_server(
        "service_latency",
        "service_latency",
        Kind.HISTOGRAM,
        NAMESPACE,
        "Time a frontend request took, long polls included.",
        unit="seconds",
        service="frontend",
        where=(("service_name", "frontend"),),
    ),
)
