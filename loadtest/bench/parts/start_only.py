"""
A start alone: nobody works on it and nobody waits for it.

For a frontend that does nothing; a real server would keep every one of these workflows open.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHandle

from loadtest.scenario import Arrival

ACTIVITIES_PER_WORKFLOW: int | None = None


class Started(WorkflowHandle[Any, Any]):
    """
    The handle of a workflow whose result nobody asks for.
    """

    async def result(self, **_: object) -> None:
        """
        Nothing, at once.
        """


async def start(client: Client, arrival: Arrival) -> Started:
    """
    Start a workflow of a type that nobody knows.
    """
    await client.start_workflow("Nobody", id=arrival.order_id, task_queue=arrival.task_queue)
    return Started(client, arrival.order_id)
