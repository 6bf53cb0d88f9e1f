"""
A workflow that reads the clock, which no workflow may.
"""

from __future__ import annotations

import time

from temporalio import workflow


@workflow.defn
class ReadsTheClock:
    """
    Returns what the clock says.
    """

    @workflow.run
    async def run(self) -> float:
        """
        Read the clock.
        """
        return time.time()
