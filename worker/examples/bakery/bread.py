"""
A workflow that is not ours: a bakery bakes to order.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow

BAKE_WORKFLOW = "BakeWorkflow"


@dataclass(frozen=True, slots=True)
class BreadOrder:
    """
    What a client of the bakery asks for.

    Attributes:
        loaves: How many.
        oven_seconds: Time that each loaf is in the oven.
    """

    loaves: int
    oven_seconds: float = 0.0


@activity.defn
async def bake(oven_seconds: float) -> str:
    """
    Bake one loaf.
    """
    await asyncio.sleep(oven_seconds)
    return "loaf"


@workflow.defn(name=BAKE_WORKFLOW)
class BakeWorkflow:
    """
    One order of bread.
    """

    @workflow.run
    async def run(self, order: BreadOrder) -> list[str]:
        """
        Bake one loaf after the other.
        """
        return [
            await workflow.execute_activity(
                bake, order.oven_seconds, start_to_close_timeout=timedelta(seconds=30)
            )
            for _ in range(order.loaves)
        ]
