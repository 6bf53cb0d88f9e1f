"""
What a worker's SDK tells of the worker itself: pollers, slots and its requests to the server; and what the worker's
process says of itself.
"""

from __future__ import annotations

from loadtest.catalogue.metric import (
    PER_TASK_QUEUE,
    SDK_CORE,
    Metric,
    MetricReading,
    Writer,
    counter,
    gauge,
    histogram,
)

# The number of slots that such a worker has left is not known, so it does not report them.
_RESOURCE_BASED = "a resource-based tuner, which makes slots as it goes"

WORKER_METRICS: tuple[Metric, ...] = (
    counter(
        key="worker.started",
        name="temporal_worker_start_total",
        unit="workers",
        labels=PER_TASK_QUEUE,
        meaning="Workers initialised in this process; 1 for the repair worker.",
        writer=SDK_CORE,
    ),
    gauge(
        key="worker.pollers",
        name="temporal_num_pollers",
        unit="pollers",
        labels=(*PER_TASK_QUEUE, "poller_type"),
        meaning="Outstanding long polls, by kind of queue.",
        writer=SDK_CORE,
        split="poller_type",
    ),
    gauge(
        key="worker.slots_used",
        name="temporal_worker_task_slots_used",
        unit="slots",
        labels=(*PER_TASK_QUEUE, "worker_type"),
        meaning="Activity slots with a task in them.",
        writer=SDK_CORE,
        where=(("worker_type", "ActivityWorker"),),
    ),
    gauge(
        key="worker.slots_available",
        name="temporal_worker_task_slots_available",
        unit="slots",
        labels=(*PER_TASK_QUEUE, "worker_type"),
        meaning="Activity slots without a task.",
        writer=SDK_CORE,
        where=(("worker_type", "ActivityWorker"),),
        missing_with=_RESOURCE_BASED,
    ),
    gauge(
        key="worker.workflow_slots_used",
        name="temporal_worker_task_slots_used",
        unit="slots",
        labels=(*PER_TASK_QUEUE, "worker_type"),
        meaning="Workflow-task slots in use.",
        writer=SDK_CORE,
        where=(("worker_type", "WorkflowWorker"),),
    ),
    gauge(
        key="worker.workflow_slots_available",
        name="temporal_worker_task_slots_available",
        unit="slots",
        labels=(*PER_TASK_QUEUE, "worker_type"),
        meaning="Workflow-task slots free.",
        writer=SDK_CORE,
        where=(("worker_type", "WorkflowWorker"),),
        missing_with=_RESOURCE_BASED,
    ),
    counter(
        key="worker.request",
        name="temporal_request_total",
        unit="requests",
        labels=("namespace", "operation", "service_name"),
        meaning="Requests to the server, by operation.",
        writer=SDK_CORE,
        split="operation",
    ),
    counter(
        key="worker.request_failed",
        name="temporal_request_failure_total",
        unit="requests",
        labels=("namespace", "operation", "service_name", "status_code"),
        meaning="Requests to the server that failed.",
        writer=SDK_CORE,
        event="a request fails",
        split="operation",
    ),
    histogram(
        key="worker.request_latency",
        name="temporal_request_latency_seconds",
        unit="seconds",
        labels=("namespace", "operation", "service_name"),
        meaning="Time of a request to the server, as the worker saw it; long polls are counted elsewhere.",
        writer=SDK_CORE,
        read_by_sweep=False,
    ),
    # The one family that shows from the start how a page writes times.
    histogram(
        key="worker.request_answered",
        name="temporal_request_latency_seconds",
        unit="requests",
        labels=("namespace", "operation", "service_name"),
        meaning="Requests to the server that were answered, long polls left out.",
        writer=SDK_CORE,
        reading=MetricReading.COUNT,
    ),
    counter(
        key="worker.polls",
        name="temporal_long_request_total",
        unit="polls",
        labels=(*PER_TASK_QUEUE, "operation"),
        meaning="Long polls that the server answered, with a task or without, by operation.",
        writer=SDK_CORE,
        event="a poll is answered",
        split="operation",
        read_by_sweep=False,
    ),
)


# These families carry no labels, as each page is that of one process.
_WRITER = Writer("worker process", since="repair-worker 0.1.0")


PROCESS_METRICS: tuple[Metric, ...] = (
    counter(
        key="worker.cpu",
        name="process_cpu_seconds_total",
        unit="seconds",
        labels=(),
        meaning="CPU time of the process, user and system.",
        writer=_WRITER,
    ),
    gauge(
        key="worker.rss",
        name="process_resident_memory_bytes",
        unit="bytes",
        labels=(),
        meaning="Resident memory of the process.",
        writer=_WRITER,
    ),
    gauge(
        key="worker.start_time",
        name="process_start_time_seconds",
        unit="unix time",
        labels=(),
        meaning="When it started: tells a restart.",
        writer=_WRITER,
    ),
)
