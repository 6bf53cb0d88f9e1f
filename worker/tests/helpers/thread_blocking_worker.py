"""
A user's worker with arguments of its own, whose activities block a thread each until so many run at once.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

from repairshop.worker_process import main

LONGEST = timedelta(seconds=60)
ONCE = RetryPolicy(maximum_attempts=1)


@workflow.defn
class Gather:
    """
    Some activities and as many local ones, all at once.
    """

    @workflow.run
    async def run(self, each: int) -> int:
        """
        Return how many ended.
        """
        ended = await asyncio.gather(
            *(
                workflow.execute_activity("meet", start_to_close_timeout=LONGEST, retry_policy=ONCE)
                for _ in range(each)
            ),
            *(
                workflow.execute_local_activity("meet", start_to_close_timeout=LONGEST, retry_policy=ONCE)
                for _ in range(each)
            ),
        )
        return len(ended)


def activities(together: int) -> list[Callable[..., Any]]:
    """
    Return the one activity, which ends when so many of it have begun.
    """
    barrier = threading.Barrier(together)

    @activity.defn
    def meet() -> None:
        barrier.wait(20)

    return [meet]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--together", type=int, required=True)
    given = parser.parse_args()
    main([Gather], lambda _ledger: activities(given.together), arguments=())
