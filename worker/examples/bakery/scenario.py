"""
Three loaves of bread, one after the other.
"""

from __future__ import annotations

from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy

from loadtest.scenario import Arrival

LOAVES = 3
ACTIVITIES_PER_WORKFLOW: int | None = LOAVES


async def start(client: Client, arrival: Arrival) -> WorkflowHandle[Any, Any]:
    """
    Start one order; the workflow is named, not imported, so any language may have written it.
    """
    return await client.start_workflow(
        "BakeWorkflow",
        {"loaves": LOAVES, "oven_seconds": arrival.work.seconds},
        id=f"bake-{arrival.order_id}",
        task_queue=arrival.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
