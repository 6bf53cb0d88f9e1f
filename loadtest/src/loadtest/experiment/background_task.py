"""
Runs a coroutine beside a block, and ends it with the block.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

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
