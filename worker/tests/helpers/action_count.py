"""
Actions of a workflow as its history tells them: the count by hand that the server's counter must equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

# Event type -> the counter's action types that it stands for.
_OF_EVENT = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: ("command_ScheduleActivityTask",),
    EventType.EVENT_TYPE_TIMER_STARTED: ("command_StartTimer",),
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: (
        "command_StartChildWorkflowExecution",
        "command_StartChildWorkflowExecution_Extra",
    ),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: ("command_ContinueAsNewWorkflowExecution",),
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: ("command_UpsertWorkflowSearchAttributes",),
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: ("command_ModifyWorkflowProperties",),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: ("message_UpdateWorkflowExecution_Acceptance",),
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: ("grpc_SignalWorkflowExecution",),
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (
        "command_SignalExternalWorkflowExecution",
    ),
}


def actions_of(history: Iterable[HistoryEvent]) -> Counter[str]:
    """
    Count the actions of one run of a workflow; attempts beyond the first are retries.

    A start is the client's where no parent and no earlier run began it.  Markers count once a workflow task.  A signal
    that another workflow sent is that one's command, not the client's call.
    """
    found: Counter[str] = Counter()
    marked: set[int] = set()
    for event in history:
        found.update(_OF_EVENT.get(event.event_type, ()))
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
            started = event.workflow_execution_started_event_attributes
            if not started.HasField("parent_workflow_execution") and not started.continued_execution_run_id:
                found["grpc_StartWorkflowExecution"] += 1
        elif event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED:
            marked.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            found["activity_retry"] += event.activity_task_started_event_attributes.attempt - 1
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            signaled = event.workflow_execution_signaled_event_attributes
            if signaled.HasField("external_workflow_execution"):
                found["grpc_SignalWorkflowExecution"] -= 1
    found["command_BatchMarkers"] += len(marked)
    return +found
