"""
Names of the server's action types in plain words.
"""

from __future__ import annotations

from loadtest.plural import plural

_OPTIONS = ("change of options", "changes of options")
_WORDS = {
    "grpc_StartWorkflowExecution": ("start", "starts"),
    "grpc_SignalWithStartWorkflowExecution": ("signal with start", "signals with start"),
    "grpc_ExecuteMultiOperation": ("update with start", "updates with start"),
    "grpc_SignalWorkflowExecution": ("signal", "signals"),
    "grpc_QueryWorkflow": ("query", "queries"),
    "grpc_RecordActivityTaskHeartbeat": ("heartbeat", "heartbeats"),
    "grpc_RecordActivityTaskHeartbeatById": ("heartbeat by id", "heartbeats by id"),
    "grpc_ResetWorkflowExecution": ("reset", "resets"),
    "grpc_PauseWorkflowExecution": ("pause", "pauses"),
    "grpc_UnpauseWorkflowExecution": ("end of a pause", "ends of pauses"),
    "grpc_UpdateWorkflowExecutionOptions": _OPTIONS,
    "grpc_StartWorkflowExecution_UpdateWorkflowExecutionOptions": _OPTIONS,
    "grpc_ExecuteMultiOperation_UpdateWorkflowExecutionOptions": _OPTIONS,
    "grpc_CreateSchedule": ("new schedule", "new schedules"),
    "grpc_UpdateSchedule": ("changed schedule", "changed schedules"),
    "grpc_PatchSchedule": ("patched schedule", "patched schedules"),
    "grpc_DeleteSchedule": ("deleted schedule", "deleted schedules"),
    "command_ScheduleActivityTask": ("activity", "activities"),
    "activity_retry": ("activity retry", "activity retries"),
    "command_StartTimer": ("timer", "timers"),
    "command_StartChildWorkflowExecution": ("child start", "child starts"),
    "command_StartChildWorkflowExecution_Extra": ("child's second action", "second actions of children"),
    "command_SignalExternalWorkflowExecution": ("signal to a workflow", "signals to workflows"),
    "command_ScheduleNexusOperation": ("Nexus operation", "Nexus operations"),
    "command_RequestCancelNexusOperation": ("cancelled Nexus operation", "cancelled Nexus operations"),
    "command_ContinueAsNewWorkflowExecution": ("continue as new", "continue as new"),
    "command_BatchMarkers": ("marker", "markers"),
    "command_UpsertWorkflowSearchAttributes": ("search attributes", "search attributes"),
    "command_ModifyWorkflowProperties": ("memo", "memos"),
    "message_UpdateWorkflowExecution_Acceptance": ("update", "updates"),
    "message_UpdateWorkflowExecution_Rejection": ("refused update", "refused updates"),
}


def action_kind(action_type: str, number: float) -> str:
    """
    Return plain words for a value of the label ``action_type``, as they stand beside a number; a value that is not
    known stays unchanged.
    """
    return plural(number, *_WORDS.get(action_type, (action_type, action_type)))
