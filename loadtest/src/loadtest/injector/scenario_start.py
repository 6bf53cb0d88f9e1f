"""
One start by a scenario, which is the user's code: what it returns is checked before it is counted.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHandle, WorkflowUpdateHandle

from loadtest.errors import InputError
from loadtest.scenario import Arrival, Scenario


class NoHandleError(InputError):
    """
    A scenario started something but did not return a workflow's handle, so that the end of its workflow is not known.
    """


async def start_by(scenario: Scenario, client: Client, arrival: Arrival) -> WorkflowHandle[Any, Any]:
    """
    Start a scenario's workflow and return its handle.

    The handle of an update or of an activity has a result too, but not the workflow's.

    Raises:
        NoHandleError: The scenario returned something else.
    """
    handle: object = await scenario.start(client, arrival)
    if isinstance(handle, WorkflowHandle):
        return handle
    returned = "nothing" if handle is None else f"a {type(handle).__name__}"
    raise NoHandleError(
        f"scenario {scenario.name}: `start` returned {returned}, and a workflow's end is known by its handle alone; "
        f"return {_instead_of(handle)}"
    )


def _instead_of(handle: object) -> str:
    if isinstance(handle, WorkflowUpdateHandle):
        return "`client.get_workflow_handle(update.workflow_id)`, where `update` is that handle"
    return "what `client.start_workflow` returns"
