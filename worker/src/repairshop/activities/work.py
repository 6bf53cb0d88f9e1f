"""
What an attempt costs: the wait, the CPU time and the failures that its profile draws.
"""

from __future__ import annotations

import asyncio
import random
import time

from temporalio import activity
from temporalio.exceptions import ApplicationError

from repairshop.activities.chance import chance_of, draw_seconds
from repairshop.steps import StepInput


class DrawnFailure(ApplicationError):
    """
    An attempt fails because its profile drew it so; the next one may not.
    """

    def __init__(self, step: str) -> None:
        super().__init__(f"{step}: failed by its failure_probability; it is tried again", type="DrawnFailure")


def chance_of_attempt(given: StepInput) -> random.Random:
    """
    Return the source of the draws of the attempt that is running.
    """
    info = activity.info()
    return chance_of(given.seed, info.activity_type, given.round, info.attempt)


async def spend(given: StepInput, chance: random.Random) -> None:
    """
    Wait and compute as the profile says.

    Raises:
        DrawnFailure: The profile drew a failure for this attempt.
    """
    work = given.work
    if work is None:
        return
    seconds = draw_seconds(work, chance)
    if seconds > 0:
        await asyncio.sleep(seconds)
    if work.cpu_seconds > 0:
        await asyncio.to_thread(_burn, work.cpu_seconds)
    if work.failure_probability > 0 and chance.random() < work.failure_probability:
        raise DrawnFailure(activity.info().activity_type)


def _burn(cpu_seconds: float) -> None:
    # In a thread, as the CPU time of this thread alone counts, and so that heartbeats go on.
    end = time.thread_time() + cpu_seconds
    while time.thread_time() < end:
        sum(range(200))
