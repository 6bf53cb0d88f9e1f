"""
The one clock of an experiment; it is passed in, so that tests do not wait.
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
        Unix time, in seconds.
        """
        ...

    async def sleep(self, seconds: float) -> None:
        """
        Wait; returns at once for a number that is not positive.
        """
        ...


class SystemClock:
    """
    The machine's own clock.
    """

    def now(self) -> float:
        """
        Unix time, in seconds.
        """
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """
        Wait; returns at once for a number that is not positive.
        """
        await asyncio.sleep(max(0.0, seconds))
