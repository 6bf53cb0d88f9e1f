"""
Metrics that only people and rules watch; no reading of a step is made from them.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence, Reading
from loadtest.catalogue.server import SERVER_SINCE
from loadtest.catalogue.worker import CORE_SINCE

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
)
