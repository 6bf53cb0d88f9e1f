"""
A repair order on its shortest path: six activities, one after the other.

What an activity costs comes from the plan's ``[work]``; the order's chances from its own seed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from loadtest.plan import Work
from loadtest.scenario.arrival import Arrival
from repairshop.contract import (
    ACTIVITIES_OF_A_LIGHT_ORDER,
    REPAIR_WORKFLOW,
    RepairOrder,
    Spread,
    WorkProfile,
    workflow_id,
)

ACTIVITIES_PER_WORKFLOW: int | None = ACTIVITIES_OF_A_LIGHT_ORDER


async def start(client: Client, arrival: Arrival) -> WorkflowHandle[Any, Any]:
    """
    Start the order's workflow; a second start of the same order is refused.
    """
    return await client.start_workflow(
        REPAIR_WORKFLOW,
        RepairOrder(order_id=arrival.order_id, seed=arrival.seed, work=profile(arrival.work)),
        id=workflow_id(arrival.order_id),
        task_queue=arrival.task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
    )


@lru_cache(maxsize=8)
def profile(work: Work) -> WorkProfile:
    """
    The plan's work in the worker's own words.
    """
    return WorkProfile(**{**work.model_dump(), "spread": Spread(work.spread)})
