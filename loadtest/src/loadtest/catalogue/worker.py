"""
What a repair worker's /metrics page holds: the SDK core's families and the process's own.

Names are those of an SDK runtime with seconds and suffixes on; a page of another kind is a foreign
worker's and is not read.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence, Reading
from loadtest.catalogue.process import PROCESS

CORE_SINCE = "temporalio 1.35.0"
QUEUE = ("namespace", "service_name", "task_queue")
WORKFLOW = (*QUEUE, "workflow_type")
ACTIVITY = (*QUEUE, "activity_type", "workflow_type")


def core(
    key: str,
    name: str,
    kind: Kind,
    labels: tuple[str, ...],
    meaning: str,
    *,
    unit: str,
    event: str | None = None,
    where: tuple[tuple[str, str], ...] = (),
    split: str | None = None,
    reading: Reading | None = None,
) -> Metric:
    return Metric(
        key=f"worker.{key}",
        name=f"temporal_{name}",
        kind=kind,
        unit=unit,
        labels=labels,
        meaning=meaning,
        source="SDK core",
        presence=Presence.ALWAYS if event is None else Presence.ON_EVENT,
        since=CORE_SINCE,
        event=event,
        where=where,
        split=split,
        reading=reading or (Reading.BUCKETS if kind is Kind.HISTOGRAM else Reading.VALUE),
    )


def counter(
    key: str,
    name: str,
    labels: tuple[str, ...],
    meaning: str,
    event: str,
    unit: str,
    split: str | None = None,
) -> Metric:
    return core(key, name, Kind.COUNTER, labels, meaning, unit=unit, event=event, split=split)


def histogram(key: str, name: str, labels: tuple[str, ...], meaning: str, event: str) -> Metric:
    return core(key, name, Kind.HISTOGRAM, labels, meaning, unit="seconds", event=event)


def _slots(key: str, name: str, worker_type: str, meaning: str) -> Metric:
    return core(
        key,
        name,
        Kind.GAUGE,
        (*QUEUE, "worker_type"),
        meaning,
        unit="slots",
        where=(("worker_type", worker_type),),
    )


CORE: tuple[Metric, ...] = (
    core(
        "started",
        "worker_start_total",
        Kind.COUNTER,
        QUEUE,
        "Workers initialised in this process; 1 for the repair worker.",
        unit="workers",
    ),
    core(
        "pollers",
        "num_pollers",
        Kind.GAUGE,
        (*QUEUE, "poller_type"),
        "Outstanding long polls, by kind of queue.",
        unit="pollers",
        split="poller_type",
    ),
    _slots("slots_used", "worker_task_slots_used", "ActivityWorker", "Activity slots with a task in them."),
    _slots(
        "slots_available", "worker_task_slots_available", "ActivityWorker", "Activity slots without a task."
    ),
    _slots("workflow_slots_used", "worker_task_slots_used", "WorkflowWorker", "Workflow-task slots in use."),
    _slots(
        "workflow_slots_available",
        "worker_task_slots_available",
        "WorkflowWorker",
        "Workflow-task slots free.",
    ),
    core(
        "sticky_size",
        "sticky_cache_size",
        Kind.GAUGE,
        QUEUE,
        "Workflows held in the sticky cache.",
        unit="workflows",
        event="a workflow task is done",
    ),
    counter(
        "workflow_completed",
        "workflow_completed_total",
        WORKFLOW,
        "Workflows that this worker closed well.",
        "a workflow closes well",
        "workflows",
        "workflow_type",
    ),
    counter(
        "workflow_failed",
        "workflow_failed_total",
        WORKFLOW,
        "Workflows that this worker closed as failed.",
        "a workflow fails",
        "workflows",
        "workflow_type",
    ),
    counter(
        "workflow_canceled",
        "workflow_canceled_total",
        WORKFLOW,
        "Workflows that this worker closed as cancelled.",
        "a workflow ends cancelled",
        "workflows",
        "workflow_type",
    ),
    counter(
        "workflow_continued",
        "workflow_continue_as_new_total",
        WORKFLOW,
        "Workflow runs that went on as a new run.",
        "a workflow continues as new",
        "workflows",
    ),
    histogram(
        "workflow_endtoend",
        "workflow_endtoend_latency_seconds",
        WORKFLOW,
        "Workflow start to its close, as the worker that closed it saw it.",
        "a workflow closes",
    ),
    histogram(
        "workflow_schedule_to_start",
        "workflow_task_schedule_to_start_latency_seconds",
        QUEUE,
        "Time a workflow task waited in its queue, by the server's clock.",
        "a workflow task is taken",
    ),
    counter(
        "workflow_task_failed",
        "workflow_task_execution_failed_total",
        (*WORKFLOW, "failure_reason"),
        "Workflow tasks that failed; failure_reason NonDeterminismError tells a changed workflow.",
        "a workflow task fails",
        "workflow tasks",
        "failure_reason",
    ),
    histogram(
        "activity_schedule_to_start",
        "activity_schedule_to_start_latency_seconds",
        QUEUE,
        "Time an activity waited in its queue, by the server's clock: the task-queue latency.",
        "an activity is taken",
    ),
    core(
        "activity_finished",
        "activity_execution_latency_seconds",
        Kind.HISTOGRAM,
        ACTIVITY,
        "Activity attempts that ended, well or not.",
        unit="activities",
        event="an activity attempt ends",
        split="activity_type",
        reading=Reading.COUNT,
    ),
    counter(
        "activity_failed",
        "activity_execution_failed_total",
        (*ACTIVITY, "failure_reason"),
        "Activity attempts that failed, injected failures and retries included.",
        "an activity attempt fails",
        "activities",
        "activity_type",
    ),
    counter(
        "activity_received",
        "activity_task_received_total",
        (*ACTIVITY, "eager"),
        "Activities taken, from the queue (eager false) or with a reply (eager true).",
        "an activity is taken",
        "activities",
        "eager",
    ),
    counter(
        "workflow_task_received",
        "workflow_task_queue_poll_succeed_total",
        QUEUE,
        "Polls for workflow tasks that brought one.",
        "a workflow task is taken",
        "workflow tasks",
    ),
    counter(
        "sticky_hit",
        "sticky_cache_hit_total",
        WORKFLOW,
        "Workflow tasks whose workflow was in the sticky cache.",
        "a second workflow task of a cached workflow",
        "workflow tasks",
    ),
    counter(
        "sticky_miss",
        "sticky_cache_miss_total",
        QUEUE,
        "Sticky workflow tasks whose workflow had left the cache, so its history was fetched and replayed.",
        "a workflow task of an evicted workflow",
        "workflow tasks",
    ),
    counter(
        "sticky_evicted",
        "sticky_cache_total_forced_eviction_total",
        QUEUE,
        "Workflows pushed out of a full cache.",
        "the cache is full",
        "workflows",
    ),
    core(
        "request",
        "request_total",
        Kind.COUNTER,
        ("namespace", "operation", "service_name"),
        "Requests to the server, by operation.",
        unit="requests",
        split="operation",
    ),
    counter(
        "request_failed",
        "request_failure_total",
        ("namespace", "operation", "service_name", "status_code"),
        "Requests to the server that failed.",
        "a request fails",
        "requests",
        "operation",
    ),
)

WORKER: tuple[Metric, ...] = (*CORE, *PROCESS)
