"""
Greets somebody twice: a scenario in a user's own file.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHandle

from loadtest.scenario import Arrival

ACTIVITIES_PER_WORKFLOW: int | None = 2


async def start(client: Client, arrival: Arrival) -> WorkflowHandle[Any, Any]:
    """
    Start one greeting.
    """
    return await client.start_workflow(
        "Greeting", "world", id=f"greeting-{arrival.order_id}", task_queue=arrival.task_queue
    )
