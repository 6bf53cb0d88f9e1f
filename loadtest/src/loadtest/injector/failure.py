"""
Names the kind of a failed start or workflow, so that failures can be counted by it.

Kinds are few and say who refused: they are labels of a metric.
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

ALREADY_RUNNING = "start: already running"
UNFINISHED = "unfinished"
NEVER_SENT = "never sent"


def kind_of_start(error: BaseException) -> str:
    """
    Why a start did not become a workflow; a refused duplicate is a kind of its own.
    """
    if isinstance(error, WorkflowAlreadyStartedError):
        return ALREADY_RUNNING
    if isinstance(error, RPCError):
        return f"start: {error.status.name}"
    return f"start: {type(error).__name__}"


def kind_of_close(error: BaseException) -> str:
    """
    Why a workflow did not complete, by its innermost cause; or why that could not be learnt.
    """
    if isinstance(error, RPCError):
        return f"result: {error.status.name}"
    if not isinstance(error, WorkflowFailureError):
        return f"result: {type(error).__name__}"
    cause: BaseException = error.cause
    while isinstance(cause, ActivityError | ChildWorkflowError) and cause.cause is not None:
        cause = cause.cause
    if isinstance(cause, ApplicationError) and cause.type:
        return f"workflow: {cause.type}"
    return f"workflow: {type(cause).__name__}"


def kind_of_status(status: str) -> str:
    """
    How a workflow closed whose failure cannot be decoded here: ``FAILED``, ``TIMED_OUT``.
    """
    return f"workflow: {status}"


def kind_of_outcome(reason: str) -> str:
    """
    Why a workflow that completed is no success, by its scenario's word.
    """
    return f"outcome: {reason}"
