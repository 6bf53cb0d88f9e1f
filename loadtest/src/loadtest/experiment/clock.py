"""
The one clock of an experiment, passed in, so that tests need not wait.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """
    Time and waiting.
    """

    def now(self) -> float:
        """
        Unix time, in seconds, that goes on evenly.
        """
        ...

    def follow_wall_clock(self) -> None:
        """
        Take the time of the wall clock again, wherever somebody has set it; what is being measured must not see this.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """
        Wait; no time at all for a number that is not positive.
        """
        ...


class SystemClock:
    """
    The machine's own clock: the wall clock's time at one moment, and what the monotonic clock has counted since.

    A wall clock that is set in the middle of a step makes no window shorter or longer.
    """

    def __init__(self) -> None:
        self.follow_wall_clock()

    def now(self) -> float:
        """
        Unix time, in seconds, that goes on evenly.
        """
        return time.monotonic() + self._ahead

    def follow_wall_clock(self) -> None:
        """
        Take the time of the wall clock again, wherever somebody has set it.
        """
        self._ahead = time.time() - time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """
        Wait; no time at all for a number that is not positive.
        """
        await asyncio.sleep(max(0.0, seconds))
