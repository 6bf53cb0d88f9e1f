"""
Workflows that a run left open on its server, and their end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import MeasurementError

_AT_ONCE = 20
_TIMEOUT = timedelta(seconds=10)
# The server lists a workflow that has ended for some moments more.
_LOOKS = 20


async def open_workflows(client: Client, task_queue: str, run: str) -> tuple[str, ...]:
    """
    Return the ids of the run's workflows that are open.

    Every order's id holds the run's name, whatever a scenario writes before it; nothing else of the task queue counts.

    Args:
        client: Of the run's server and namespace.
        task_queue: Of the run.
        run: Its name.

    Raises:
        MeasurementError: The server does not list them.
    """
    query = f"TaskQueue = '{_quoted(task_queue)}' AND ExecutionStatus = 'Running'"
    try:
        ids = [found.id async for found in client.list_workflows(query)]
    except RPCError as error:
        raise MeasurementError(f"the run's workflows cannot be listed ({error.message})") from error
    return tuple(workflow for workflow in ids if f"{run}-" in workflow)


async def terminate(client: Client, workflows: Sequence[str], reason: str) -> None:
    """
    Terminate workflows, a bounded number at a time; one that has ended meanwhile is as good.

    Raises:
        MeasurementError: The server refuses; names the workflow.
    """
    free = asyncio.Semaphore(_AT_ONCE)

    async def end(workflow: str) -> None:
        async with free:
            try:
                await client.get_workflow_handle(workflow).terminate(reason=reason, rpc_timeout=_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise MeasurementError(f"{workflow} cannot be terminated ({error.message})") from error

    await asyncio.gather(*(end(workflow) for workflow in workflows))


async def clean(client: Client, task_queue: str, run: str) -> tuple[int, tuple[str, ...]]:
    """
    Terminate what a run left open until nothing is listed any more.

    Returns:
        How many were terminated, and the ids of those that are still open.

    Raises:
        MeasurementError: The server does not list or does not terminate them.
    """
    ended: set[str] = set()
    left = await open_workflows(client, task_queue, run)
    for _ in range(_LOOKS):
        if not left:
            break
        await terminate(client, [workflow for workflow in left if workflow not in ended], "loadtest clean")
        ended.update(left)
        await asyncio.sleep(0.5)
        left = await open_workflows(client, task_queue, run)
    return len(ended), left


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
