"""
What a Temporal server tells of attempts of activities that did not end well; a worker without a page is told by it alone.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, counter
from loadtest.catalogue.metric_writers import HISTORY, PER_NAMESPACE

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
