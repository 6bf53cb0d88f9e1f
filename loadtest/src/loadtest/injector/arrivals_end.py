"""
The end of a step's arrivals, which may be moved forward while the step runs.
"""

from __future__ import annotations

import asyncio
import time

now = time.perf_counter


class ArrivalsEnd:
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
