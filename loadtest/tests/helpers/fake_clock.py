"""
Virtual time: it passes only when everybody sleeps, so that a step of minutes takes milliseconds.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Turns of the event loop at which nobody else is ready; before the second one it has asked for signals, too.
_IDLE_TURNS = 2


async def inline(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Stand for ``asyncio.to_thread``: a thread would be work that virtual time cannot see.
    """
    await asyncio.sleep(0)
    return work(*args, **kwargs)


class FakeClock:
    """
    A clock whose time jumps to the next moment at which somebody wakes.
    """

    def __init__(self, at: float = 1_750_000_000.0) -> None:
        self._now = at
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._advancing: asyncio.Task[None] | None = None
        self._stalls: list[tuple[float, float]] = []

    def now(self) -> float:
        """
        Unix time, in seconds.
        """
        return self._now

    def follow_wall_clock(self) -> None:
        """
        Nothing: nobody sets virtual time.
        """

    async def sleep(self, seconds: float) -> None:
        """
        Wait until virtual time has come so far.
        """
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._numbers), waking))
        if self._advancing is None or self._advancing.done():
            self._advancing = asyncio.create_task(self._advance())
        await waking

    def stall(self, at: float, seconds: float) -> None:
        """
        Let everybody who wakes at a unix time or after wake so much later, once.
        """
        heapq.heappush(self._stalls, (at, seconds))

    async def until(self, at: float) -> None:
        """
        Sleep until a unix time.
        """
        await self.sleep(at - self._now)

    async def _advance(self) -> None:
        # The loop's own list of who is ready; asking by a number of turns takes fifteen times as many.
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        while True:
            idle = 0
            while idle < _IDLE_TURNS:
                await asyncio.sleep(0)
                idle = 0 if ready else idle + 1
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers:
                return
            at, _, waking = heapq.heappop(self._sleepers)
            self._now = max(self._now, at)
            while self._stalls and self._stalls[0][0] <= self._now:
                self._now += heapq.heappop(self._stalls)[1]
            waking.set_result(None)
