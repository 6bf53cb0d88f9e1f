"""
What an order waits for while none of its tasks is in a queue or at a worker, as its history tells, and which events
of a history end an activity or a child workflow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from loadtest.results.history_sample import NEXUS, OTHER_CHILDREN

ACTIVITY_ENDS = frozenset(
    {
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
        EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
    }
)
# The last is of a child that never began.
CHILD_ENDS = frozenset(
    {
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
        EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED,
        EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
    }
)


def attributes_of(event: HistoryEvent) -> Any:
    """
    Return what an event tells beside its number and time, of whatever type it is.
    """
    name = event.WhichOneof("attributes")
    assert name is not None  # every event of a server has them
    return getattr(event, name)


START_DELAY, TIMERS, MESSAGES = "the start's delay", "timers", "signals or updates"
OTHER_QUEUES = "activities of other task queues"
_TASK, _ACTIVITY, _CHILD = "workflow task", "activity", "child workflow"
# The first of these that is pending is what an order's time is put down to.
_FIRST = (_TASK, _ACTIVITY, _CHILD, OTHER_QUEUES, OTHER_CHILDREN, NEXUS, TIMERS)
# The tasks of a child on the same task queue are in the queues and slots that are looked at, so that its parent waits for nothing outside of them.
_INSIDE = frozenset({_TASK, _ACTIVITY, _CHILD})

# What begins with an event; activities and children are put to their task queues below.
_BEGINS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: _TASK,
    EventType.EVENT_TYPE_NEXUS_OPERATION_SCHEDULED: NEXUS,
    EventType.EVENT_TYPE_TIMER_STARTED: TIMERS,
}
# A workflow task that broke is tried anew, and written when one does not.
_TASK_BROKE = frozenset(
    {EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT}
)
_TRIED_ANEW = 0
# What ends with an event, by the attribute that names the event with which it began.
_ENDS = {
    **dict.fromkeys(
        (
            EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
            *_TASK_BROKE,
            *ACTIVITY_ENDS,
            EventType.EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
            EventType.EVENT_TYPE_NEXUS_OPERATION_FAILED,
            EventType.EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
            EventType.EVENT_TYPE_NEXUS_OPERATION_CANCELED,
        ),
        "scheduled_event_id",
    ),
    **dict.fromkeys(CHILD_ENDS, "initiated_event_id"),
    **dict.fromkeys(
        (EventType.EVENT_TYPE_TIMER_FIRED, EventType.EVENT_TYPE_TIMER_CANCELED), "started_event_id"
    ),
}


@dataclass(slots=True)
class OrderCourse:
    """
    Where the time of one order went.

    Attributes:
        seconds: Time from its start to its last event.
        waiting: Seconds in which none of its tasks was in a queue or at a worker, by what it waited for.
        activity_seconds: Seconds from scheduling to end, summed over its activities on the task queue; they include the pauses
            before further attempts, and all the time of one that is completed by somebody else than its worker.
        attempts: Attempts of these activities.
    """

    seconds: float = 0.0
    waiting: dict[str, float] = field(default_factory=dict)
    activity_seconds: float = 0.0
    attempts: int = 0


def order_course(events: Iterable[HistoryEvent], task_queue: str) -> OrderCourse:
    """
    Return where the time of an order went.

    Args:
        events: Its history.
        task_queue: Task queue of the workers that are looked at.
    """
    found = OrderCourse()
    pending: dict[int, tuple[str, float]] = {}
    first = at = None
    has_begun = False
    for event in events:
        time = event.event_time.ToNanoseconds() / 1e9
        # A started activity is written when it ends, with the time of its start.
        time = time if at is None else max(at, time)
        if first is None or at is None:
            first = at = time
        reason = _reason({what for what, _ in pending.values()}, has_begun=has_begun)
        if reason not in _INSIDE and time > at:
            found.waiting[reason] = found.waiting.get(reason, 0.0) + time - at
        at = time
        kind = event.event_type
        if kind in _BEGINS:
            pending[event.event_id] = _BEGINS[kind], time
            if kind == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
                has_begun = True
                pending.pop(_TRIED_ANEW, None)
        elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            queue = event.activity_task_scheduled_event_attributes.task_queue.name
            pending[event.event_id] = (_ACTIVITY if queue in ("", task_queue) else OTHER_QUEUES), time
        elif kind == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
            queue = event.start_child_workflow_execution_initiated_event_attributes.task_queue.name
            pending[event.event_id] = (_CHILD if queue in ("", task_queue) else OTHER_CHILDREN), time
        elif kind == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started = event.activity_task_started_event_attributes
            if pending.get(started.scheduled_event_id, ("", 0.0))[0] == _ACTIVITY:
                found.attempts += max(1, started.attempt)
        elif kind in _ENDS:
            what, began = pending.pop(getattr(attributes_of(event), _ENDS[kind]), ("", time))
            found.activity_seconds += time - began if what == _ACTIVITY else 0.0
            if kind in _TASK_BROKE:
                pending[_TRIED_ANEW] = _TASK, time
    found.seconds = 0.0 if first is None or at is None else at - first
    return found


def _reason(pending: set[str], *, has_begun: bool) -> str:
    if not has_begun:
        return START_DELAY
    return next((what for what in _FIRST if what in pending), MESSAGES)
