"""
Tasks that run beside the main work of a process, none of which may end unnoticed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class Background:
    """
    Runs tasks until its block ends; the first task that fails asks the process to stop.

    An ``asyncio.TaskGroup`` would cancel the work; here the work is drained first, as after a signal.

    Attributes:
        failure: Error of the first task that failed.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        """
        Take the event that asks the process to stop.
        """
        self.failure: BaseException | None = None
        self._stop = stop
        self._tasks: list[asyncio.Task[None]] = []

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """
        Run a coroutine that goes on until it is cancelled.
        """
        task = asyncio.create_task(coroutine)
        task.add_done_callback(self._note)
        self._tasks.append(task)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _note(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        self.failure = self.failure or task.exception() or RuntimeError("it ended by itself")
        self._stop.set()
