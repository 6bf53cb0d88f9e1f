"""
One start by a scenario, which is the user's code: what it returns is checked before it is counted.
"""

from __future__ import annotations

import asyncio
from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateHandle

from loadtest.errors import InputError
from loadtest.scenario import Arrival, Scenario

Workflow = tuple[str, str | None]

# By name, as older SDKs have no such classes.
_WITHOUT_WORKFLOW = frozenset({"ActivityHandle", "NexusOperationHandle"})


class NoHandleError(InputError):
    """
    A scenario started something but did not return the handle of a workflow of its own, whose end would be the order's.
    """


async def start_by(
    scenario: Scenario, client: Client, arrival: Arrival, open_workflows: set[Workflow | None]
) -> WorkflowHandle[Any, Any]:
    """
    Start a scenario's workflow and return its handle.

    The handle of an update or of an activity has a result too, but not the workflow's.  The end of a workflow that two
    orders share would be counted for both.

    Args:
        scenario: Scenario of the run.
        client: Client of the server and the namespace.
        arrival: What is due.
        open_workflows: Workflows whose ends earlier orders wait for; the new one is added.

    Raises:
        NoHandleError: The scenario returned something else, or a workflow whose end another order waits for.
    """
    handle: object = await scenario.start(client, arrival)
    if isinstance(handle, WorkflowHandle):
        if workflow_of(handle) in open_workflows:
            raise NoHandleError(
                f"scenario {scenario.name}: `start` returned the workflow {handle.id} while an earlier order waits for its "
                "end, and each order is counted by the end of a workflow of its own; make its id from arrival.order_id, or "
                "start for each order a workflow that signals or updates the shared one"
            )
        open_workflows.add(workflow_of(handle))
        return handle
    name = type(handle).__name__
    returned = "nothing" if handle is None else f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
    raise NoHandleError(
        f"scenario {scenario.name}: `start` returned {returned}, and a workflow's end is known by its handle alone; "
        f"return {_instead_of(handle)}"
    )


def workflow_of(handle: WorkflowHandle[Any, Any]) -> Workflow:
    """
    Return the id of a handle's workflow and, where the start told it, of its run.
    """
    return handle.id, handle.result_run_id


def _instead_of(handle: object) -> str:
    if isinstance(handle, WorkflowUpdateHandle):
        return "`client.get_workflow_handle(update.workflow_id)`, where `update` is that handle"
    if type(handle).__name__ in _WITHOUT_WORKFLOW:
        return "what `client.start_workflow` returns for a workflow that carries it out"
    return "what `client.start_workflow` returns"


def is_cancelled_from_outside() -> bool:
    """
    Tell whether this task was cancelled; a scenario may raise the same error by itself.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
