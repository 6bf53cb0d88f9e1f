"""
Work that runs beside a part of a step and ends with it, and waits that the end of the injectors cuts short.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from loadtest.errors import InjectorError
from loadtest.experiment.clock import Clock
from loadtest.results.injector_report import InjectorReport

T = TypeVar("T")


@contextlib.asynccontextmanager
async def running(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """
    Run a coroutine beside the body and end it with the body; an error of the body is raised, whatever the coroutine
    raises.
    """
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        # Unlike `await task`, this never confuses a cancellation of the step with one of the task.
        await asyncio.wait({task})
        broken = None if task.cancelled() else task.exception()
    if broken is not None:
        raise broken


async def sleep_until(at: float, injecting: asyncio.Task[InjectorReport], clock: Clock) -> None:
    """
    Sleep until a Unix time; raises an error if the injectors end before it.
    """
    async with running(clock.sleep(at - clock.now())) as sleeping:
        await asyncio.wait({injecting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        if sleeping.done():
            return
    injecting.result()
    raise InjectorError(
        f"the injectors reported {at - clock.now():.1f} s before the window was over; see locust.log in the run's logs"
    )
