"""
Turns an error of the SDK, a status or a scenario's reason into a failure, so that failures can be counted by it.
"""

from __future__ import annotations

from temporalio.client import WorkflowFailureError
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
)
from temporalio.service import RPCError

from loadtest.results.failure import ALREADY_RUNNING, Failure, FailureKind

UNFINISHED = Failure(FailureKind.UNFINISHED)
NEVER_SENT = Failure(FailureKind.NEVER_SENT)
_LONGEST_NAME = 100


def failure_of_start(error: BaseException) -> Failure:
    """
    Return why a start did not become a workflow; a refused duplicate is a failure of its own.
    """
    if isinstance(error, WorkflowAlreadyStartedError):
        return ALREADY_RUNNING
    if isinstance(error, RPCError):
        return Failure(FailureKind.START, error.status.name)
    return Failure(FailureKind.START, type(error).__name__)


def failure_of_close(error: BaseException) -> Failure:
    """
    Return why a workflow did not complete, by its innermost cause; or why that is not known.
    """
    if isinstance(error, RPCError):
        return Failure(FailureKind.RESULT, error.status.name)
    if not isinstance(error, WorkflowFailureError):
        return Failure(FailureKind.RESULT, type(error).__name__)
    cause: BaseException = error.cause
    while isinstance(cause, ActivityError | ChildWorkflowError) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return Failure(FailureKind.WORKFLOW, cause.type)
    return Failure(FailureKind.WORKFLOW, type(cause).__name__)


def failure_of_status(status: str) -> Failure:
    """
    Return the failure for a closed workflow whose error cannot be decoded here: ``FAILED``, ``TIMED_OUT``.
    """
    return Failure(FailureKind.WORKFLOW, status)


def failure_of_outcome(reason: str) -> Failure:
    """
    Return why a completed workflow is no success, by its scenario's reason; in one line, as it names a metric's series.
    """
    return Failure(FailureKind.OUTCOME, " ".join(reason.split())[:_LONGEST_NAME])
