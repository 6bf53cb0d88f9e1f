"""
Names of the server's action types in plain words.
"""

from __future__ import annotations

_WORDS = {
    "grpc_StartWorkflowExecution": "start",
    "grpc_SignalWithStartWorkflowExecution": "signal with start",
    "grpc_ExecuteMultiOperation": "update with start",
    "grpc_SignalWorkflowExecution": "signal",
    "grpc_QueryWorkflow": "query",
    "grpc_RecordActivityTaskHeartbeat": "heartbeat",
    "command_ScheduleActivityTask": "activity",
    "activity_retry": "activity retry",
    "command_StartTimer": "timer",
    "command_StartChildWorkflowExecution": "child start",
    "command_StartChildWorkflowExecution_Extra": "child's second action",
    "command_ContinueAsNewWorkflowExecution": "continue as new",
    "command_BatchMarkers": "marker",
    "command_UpsertWorkflowSearchAttributes": "search attributes",
    "command_ModifyWorkflowProperties": "memo",
    "message_UpdateWorkflowExecution_Acceptance": "update",
    "message_UpdateWorkflowExecution_Rejection": "refused update",
}


def action_kind(action_type: str) -> str:
    """
    Return plain words for a value of the label ``action_type``; a value that is not known stays unchanged.
    """
    return _WORDS.get(action_type, action_type)
