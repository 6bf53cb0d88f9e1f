"""
A worker of another shop, through the same process code: one activity that does not let itself be cancelled.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def insist(seconds: float) -> None:
    """
    Wait for so long, whatever is asked meanwhile.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        try:
            await asyncio.sleep(left)
        except asyncio.CancelledError:
            activity.logger.info("not yet")


@workflow.defn(name="Stubborn")
class Stubborn:
    """
    Runs the one activity.
    """

    @workflow.run
    async def run(self, seconds: float) -> None:
        """
        Wait for the activity.
        """
        await workflow.execute_activity(
            insist,
            seconds,
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


if __name__ == "__main__":
    from repairshop.worker_process import main

    main([Stubborn], lambda ledger: [insist])
