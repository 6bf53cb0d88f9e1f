"""
A workflow that closes at once, without any activity: the price of a start alone.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHandle

from loadtest.scenario.arrival import Arrival
from repairshop.contract import NOOP_WORKFLOW, RepairOrder, workflow_id

ACTIVITIES_PER_WORKFLOW: int | None = 0


async def start(client: Client, arrival: Arrival) -> WorkflowHandle[Any, Any]:
    """
    Start a workflow without activities.
    """
    return await client.start_workflow(
        NOOP_WORKFLOW,
        RepairOrder(order_id=arrival.order_id, seed=arrival.seed),
        id=workflow_id(arrival.order_id),
        task_queue=arrival.task_queue,
    )
