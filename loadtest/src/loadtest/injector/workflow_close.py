"""
How a workflow ended: completed and, by its scenario, good; failed; or not known.

The content of a payload does not matter: a result that cannot be decoded here is still the result of a closed workflow.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import TerminatedError
from temporalio.service import RPCError

from loadtest.injector import failure_of_error
from loadtest.injector.scenario_start import Workflow, workflow_of
from loadtest.results.failure import Failure
from loadtest.results.problem import Problem, ProblemCause
from loadtest.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Close:
    """
    The end of one workflow.

    Attributes:
        failed: Failure of the workflow, ``None`` for a good end.
        error: Error that was raised, for Locust's table.
        problem: Why a scenario that judges results could not judge this one, or which start ended it.
    """

    failed: Failure | None = None
    error: Exception | None = None
    problem: Problem | None = None


async def wait_for_close(
    handle: WorkflowHandle[Any, Any], scenario: Scenario, open_workflows: Collection[Workflow | None]
) -> Close:
    """
    Wait for a workflow's end; a failed call is tried once more.

    Args:
        handle: The workflow.
        scenario: Scenario that started it.
        open_workflows: Workflows whose ends other orders wait for, as they are when it ends.
    """
    try:
        return await _close(handle, scenario, open_workflows)
    except RPCError:
        try:
            return await _close(handle, scenario, open_workflows)
        except RPCError as error:
            return Close(failure_of_error.failure_of_close(error), error)


async def _close(
    handle: WorkflowHandle[Any, Any], scenario: Scenario, open_workflows: Collection[Workflow | None]
) -> Close:
    try:
        result = await handle.result()
    except WorkflowFailureError as error:
        is_terminated = isinstance(error.cause, TerminatedError)
        problem = _ended_by_a_start(handle, scenario, open_workflows) if is_terminated else None
        return Close(failure_of_error.failure_of_close(error), error, problem)
    except RPCError:
        raise
    except Exception as error:  # noqa: BLE001 - a converter or codec may raise anything of its own
        return await _undecoded(handle, scenario, error)
    return _judged(result, scenario)


def _ended_by_a_start(
    handle: WorkflowHandle[Any, Any], scenario: Scenario, open_workflows: Collection[Workflow | None]
) -> Problem | None:
    """
    Say that a terminated workflow was ended by a later start of its id; ``None`` where no other run of it is open.
    """
    mine = workflow_of(handle)
    if not any(other is not None and other[0] == mine[0] and other != mine for other in open_workflows):
        return None
    return Problem(
        ProblemCause.ORDER_REPLACED,
        f"scenario {scenario.name}: starts terminated the workflows of earlier orders, as TERMINATE_EXISTING does, and such "
        "an order counts as failed; make each workflow's id from arrival.order_id",
    )


async def _undecoded(handle: WorkflowHandle[Any, Any], scenario: Scenario, error: Exception) -> Close:
    status = (await handle.describe()).status
    if status is not WorkflowExecutionStatus.COMPLETED:
        name = "unknown" if status is None else status.name
        return Close(failure_of_error.failure_of_status(name), error)
    if scenario.failure is None:
        return Close()
    return Close(
        problem=Problem(
            ProblemCause.RESULT_NOT_JUDGED,
            f"results cannot be decoded here ({type(error).__name__}: {error}), so nobody knows which orders "
            f"failed; give the injectors the workers' codec keys, let `start` use a client with the workers' data converter, or "
            f"take `failure` out of the scenario {scenario.name}",
        )
    )


def _judged(result: Any, scenario: Scenario) -> Close:
    if scenario.failure is None:
        return Close()
    try:
        reason: object = scenario.failure(result)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a scenario is the user's code: what it raises is told
        return _not_judged(scenario, f"broke on a result ({type(error).__name__}: {error})")
    if reason is None:
        return Close()
    if not isinstance(reason, str):
        return _not_judged(scenario, f"returned {reason!r:.80}")
    failed = failure_of_error.failure_of_outcome(reason)
    return Close(failed, OrderFailed(str(failed)))


def _not_judged(scenario: Scenario, told: str) -> Close:
    return Close(
        problem=Problem(
            ProblemCause.RESULT_NOT_JUDGED,
            f"`failure` of the scenario {scenario.name} {told}; "
            "mend it: it takes the decoded result and returns None or, as text, why the order failed",
        )
    )


class OrderFailed(Exception):
    """
    A workflow completed with a result that its scenario calls a failure.
    """
