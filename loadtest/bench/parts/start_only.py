"""
A start alone: nobody works on it and nobody waits for it.

For a frontend that does nothing; a real server would keep every one of these workflows open.
"""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.client import Client

from loadtest.scenario import Arrival

ACTIVITIES_PER_WORKFLOW: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """
    Stands in for the handle of a workflow whose result nobody asks for.
    """

    id: str

    async def result(self) -> None:
        """
        Nothing, at once.
        """


async def start(client: Client, arrival: Arrival) -> Started:
    """
    Start a workflow of a type that nobody knows.
    """
    await client.start_workflow("Nobody", id=arrival.order_id, task_queue=arrival.task_queue)
    return Started(arrival.order_id)
