"""
Actions are told in plain words, whatever the orders do.
"""

from __future__ import annotations

import pytest

from loadtest.report.actions_text import actions_text

# All that server 1.30 counts, as its telemetry interceptor lists them; a page writes a colon as `_`.
REQUESTS = (
    "StartWorkflowExecution", "ExecuteMultiOperation", "QueryWorkflow", "UpdateWorkflowExecutionOptions",
    "RecordActivityTaskHeartbeat", "RecordActivityTaskHeartbeatById", "ResetWorkflowExecution", "SignalWorkflowExecution",
    "SignalWithStartWorkflowExecution", "CreateSchedule", "UpdateSchedule", "DeleteSchedule", "PatchSchedule",
    "PauseWorkflowExecution", "UnpauseWorkflowExecution", "StartWorkflowExecution_UpdateWorkflowExecutionOptions",
    "ExecuteMultiOperation_UpdateWorkflowExecutionOptions",
)  # fmt: skip
COMMANDS = (
    "BatchMarkers", "StartTimer", "ScheduleActivityTask", "StartChildWorkflowExecution", "StartChildWorkflowExecution_Extra",
    "SignalExternalWorkflowExecution", "UpsertWorkflowSearchAttributes", "ModifyWorkflowProperties",
    "ContinueAsNewWorkflowExecution", "ScheduleNexusOperation", "RequestCancelNexusOperation",
)  # fmt: skip
OTHERS = (
    "activity_retry",
    "message_UpdateWorkflowExecution_Acceptance",
    "message_UpdateWorkflowExecution_Rejection",
)
EVERY = (
    *(f"grpc_{name}" for name in REQUESTS),
    *(f"command_{name}" for name in COMMANDS),
    *OTHERS,
)


@pytest.mark.parametrize("kind", EVERY)
def test_every_action_of_a_server_has_words(kind: str) -> None:
    """The server's own name is told of a kind that a newer one counts."""
    assert "_" not in actions_text({kind: 2.0})
    assert "brand_new" in actions_text({"brand_new": 2.0})
