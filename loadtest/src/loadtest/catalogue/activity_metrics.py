"""
What is told of activities: by a worker's SDK, and by a Temporal server of attempts that did not end well; a worker
without a page is told by the server alone.
"""

from __future__ import annotations

from loadtest.catalogue.metric import (
    HISTORY,
    PER_ACTIVITY_TYPE,
    PER_NAMESPACE,
    PER_TASK_QUEUE,
    SDK_CORE,
    Metric,
    MetricReading,
    counter,
    histogram,
)

ACTIVITY_METRICS: tuple[Metric, ...] = (
    histogram(
        key="worker.activity_schedule_to_start",
        name="temporal_activity_schedule_to_start_latency_seconds",
        unit="seconds",
        labels=PER_TASK_QUEUE,
        meaning="Time an activity waited in its queue, by the server's clock: the task-queue latency.",
        writer=SDK_CORE,
        event="an activity is taken",
    ),
    histogram(
        key="worker.activity_finished",
        name="temporal_activity_execution_latency_seconds",
        unit="activities",
        labels=PER_ACTIVITY_TYPE,
        meaning="Activity attempts that ended, well or not.",
        writer=SDK_CORE,
        event="an activity attempt ends",
        split="activity_type",
        reading=MetricReading.COUNT,
    ),
    counter(
        key="worker.activity_failed",
        name="temporal_activity_execution_failed_total",
        unit="activities",
        labels=(*PER_ACTIVITY_TYPE, "failure_reason"),
        meaning="Activity attempts that failed, injected failures and retries included.",
        writer=SDK_CORE,
        event="an activity attempt fails",
        split="activity_type",
    ),
    counter(
        key="worker.activity_received",
        name="temporal_activity_task_received_total",
        unit="activities",
        labels=(*PER_ACTIVITY_TYPE, "eager"),
        meaning="Activities taken, from the queue (eager false) or with a reply (eager true).",
        writer=SDK_CORE,
        event="an activity is taken",
        split="eager",
    ),
    histogram(
        key="worker.activity_execution",
        name="temporal_activity_execution_latency_seconds",
        unit="seconds",
        labels=PER_ACTIVITY_TYPE,
        meaning="Time one activity attempt took: start to close.",
        writer=SDK_CORE,
        event="an activity attempt ends",
    ),
    histogram(
        key="worker.activity_endtoend",
        name="temporal_activity_succeed_endtoend_latency_seconds",
        unit="seconds",
        labels=PER_ACTIVITY_TYPE,
        meaning="Activity scheduled to done, waits and retries included.",
        writer=SDK_CORE,
        event="an activity ends well",
        read_by_sweep=False,
    ),
    histogram(
        key="worker.local_activity_execution",
        name="temporal_local_activity_execution_latency_seconds",
        unit="seconds",
        labels=PER_ACTIVITY_TYPE,
        meaning="Time one local activity took.",
        writer=SDK_CORE,
        event="a local activity ends",
        read_by_sweep=False,
    ),
)


_PER_ACTIVITY_TYPE = (*PER_NAMESPACE, "taskqueue", "activityType", "workflowType")
_SINCE = "Temporal server 1.29"


def _timeouts(key: str, split: str, meaning: str) -> Metric:
    return counter(
        key=key,
        name="activity_task_timeout",
        unit="activities",
        labels=(*_PER_ACTIVITY_TYPE, "timeout_type"),
        meaning=meaning,
        writer=HISTORY,
        since=_SINCE,
        event="an activity attempt times out",
        split=split,
    )


ACTIVITY_ATTEMPT_METRICS: tuple[Metric, ...] = (
    counter(
        key="server.activity_failed",
        name="activity_task_fail",
        unit="activities",
        labels=_PER_ACTIVITY_TYPE,
        meaning="Activity attempts that workers reported as failed, those that are tried again too.",
        writer=HISTORY,
        since=_SINCE,
        event="an activity attempt fails",
        split="activityType",
    ),
    _timeouts(
        "server.activity_timed_out",
        "activityType",
        "Activity attempts that the server gave up as their time was over, those that are tried again too; workers do not count them as failed.",
    ),
    _timeouts(
        "server.activity_timeouts",
        "timeout_type",
        "The same by the time limit: StartToClose, Heartbeat, ScheduleToStart or ScheduleToClose.",
    ),
)
