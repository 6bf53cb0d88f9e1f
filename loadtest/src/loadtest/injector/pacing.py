"""
When starts leave: at their intended times, at the rate that the number of users sets, or when another workflow ends;
none leaves after the end of the window, which may be moved forward while a step runs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from loadtest.injector.starts import Starts

# uvloop rounds a shorter wait to zero and would spin; arrivals that are due after it leave at once.
SHORTEST_WAIT_SECONDS = 0.001

now = time.perf_counter


class WindowEnd:
    """
    When the window of a running step ends, on this process's clock.
    """

    def __init__(self, at: float) -> None:
        self._at = at
        self._nearer = asyncio.Event()

    @property
    def at(self) -> float:
        """
        The end as far as it is known, on this process's clock.
        """
        return self._at

    def bring_forward(self, at: float) -> None:
        """
        End the window earlier; a later instant changes nothing.
        """
        if at < self._at:
            self._at = at
            self._nearer.set()

    async def wait_until(self, instant: float) -> bool:
        """
        Wait for an instant, or for the window's end if that comes first.

        Returns:
            Whether the window still runs at the instant.
        """
        while (left := min(instant, self._at) - now()) > 0:
            self._nearer.clear()
            try:
                async with asyncio.timeout(left):
                    await self._nearer.wait()
            except TimeoutError:
                break
        return instant < self._at

    async def wait(self) -> None:
        """
        Wait until the window has ended.
        """
        await self.wait_until(self._at)


async def planned(
    arrivals: Sequence[tuple[int, float]], origin: float, end: WindowEnd, flights: Starts
) -> None:
    """
    Send every arrival of a schedule when it is due, whether earlier ones have ended or not, until the window ends.

    Args:
        arrivals: Pairs of number and seconds since the origin.
        origin: The step's first instant on this process's clock.
        end: Arrivals due at or after it are not sent.
        flights: Sends them.
    """
    position = 0
    while position < len(arrivals):
        at = now()
        while position < len(arrivals) and origin + arrivals[position][1] <= at:
            number, offset = arrivals[position]
            if origin + offset >= end.at:
                return
            flights.due(number, origin + offset)
            position += 1
        if position < len(arrivals):
            next_due = max(now() + SHORTEST_WAIT_SECONDS, origin + arrivals[position][1])
            if not await end.wait_until(next_due):
                return
    await end.wait()


async def closed(
    numbers: Iterator[int], in_flight: int, origin: float, end: WindowEnd, flights: Starts
) -> None:
    """
    Keep a number of workflows open until the end; each that ends starts the next at once.

    Args:
        numbers: Numbers of the arrivals, endless.
        in_flight: Number of workflows to keep open, this injector's share.
        origin: The step's first instant on this process's clock.
        end: Nothing is started at or after it.
        flights: Sends them.
    """

    def start_next() -> None:
        at = now()
        if at < end.at:
            flights.due(next(numbers), at)

    await asyncio.sleep(max(0.0, origin - now()))
    flights.on_end = start_next
    for _ in range(in_flight):
        start_next()
    await end.wait()
    flights.on_end = None


class AdjustablePacer:
    """
    Arrivals at a rate that people change while it runs.

    A change stretches or shortens the present gap, so that the arrivals stay even while the rate rises user by user.
    """

    def __init__(self, unit_gaps: Iterator[float], numbers: Iterator[int], flights: Starts) -> None:
        self._gaps = unit_gaps
        self._numbers = numbers
        self._flights = flights
        self._rate = 0.0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """
        Start sending; nothing leaves before a rate is set.
        """
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """
        End the schedule: no further order is sent.
        """
        if self._task is not None:
            self._task.cancel()

    def set_rate(self, rate: float) -> None:
        """
        Set the arrivals per second from now on.
        """
        self._rate = max(0.0, rate)
        self._changed.set()

    async def _run(self) -> None:
        to_go = next(self._gaps)  # until the next arrival, in units of the mean gap
        since = now()
        rate = self._rate
        while True:
            at = now()
            to_go -= (at - since) * rate
            since, rate = at, self._rate
            self._changed.clear()
            while to_go <= 0 < rate:
                self._flights.due(next(self._numbers), at + to_go / rate)
                to_go += next(self._gaps)
            wait = max(SHORTEST_WAIT_SECONDS, to_go / rate) if rate > 0 else None
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                continue  # the gap is over: the next turn sends
