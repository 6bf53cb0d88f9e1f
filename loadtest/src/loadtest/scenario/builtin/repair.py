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
    LIGHT_ORDER_STEPS,
    REPAIR_WORKFLOW,
    Outcome,
    RepairOrder,
    Spread,
    WorkProfile,
    workflow_id,
)
from repairshop.draws import drawn_seconds

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


def drawn_work(work: Work, seed: int) -> tuple[float, ...] | None:
    """
    Return the seconds that each activity of an order will draw, one after the other.

    Args:
        work: Work as the plan sets it.
        seed: Seed of the order.

    Returns:
        ``None`` where not only the draws decide how long a slot is held, but also CPU, retries or rework.
    """
    if work.cpu_seconds or work.failure_probability or work.rework_probability or work.local_activities:
        return None
    mine = profile(work)
    return tuple(drawn_seconds(mine, seed, step) for step in LIGHT_ORDER_STEPS)


def failure(result: Any) -> str | None:
    """
    Return the outcome of an order that could not be carried out; a refunded or replaced order counts as carried out.
    """
    outcome = result["outcome"]
    return outcome if outcome in (Outcome.FAILED, Outcome.CANCELLED) else None


@lru_cache(maxsize=8)
def profile(work: Work) -> WorkProfile:
    """
    Return the plan's work as the worker's ``WorkProfile``.
    """
    return WorkProfile(**{**work.model_dump(), "spread": Spread(work.spread)})
