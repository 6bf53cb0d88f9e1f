"""
A worker whose workflow runs six activities that do nothing, ordinary or local: the shop's shape without the shop.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow

STEPS = 6
SOON = timedelta(seconds=60)


@activity.defn
async def step(order: str) -> str:
    """
    Do nothing.
    """
    return order


@workflow.defn(name="SixActivities")
class SixActivities:
    """
    Runs six of them, one after the other.
    """

    @workflow.run
    async def run(self, order: str, local: bool) -> str:
        """
        Return what was given.
        """
        for _ in range(STEPS):
            if local:
                await workflow.execute_local_activity(step, order, start_to_close_timeout=SOON)
            else:
                await workflow.execute_activity(step, order, start_to_close_timeout=SOON)
        return order


if __name__ == "__main__":
    from repairshop.worker_process import main

    main([SixActivities], lambda _ledger: [step])
