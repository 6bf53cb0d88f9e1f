"""
What a process of Locust used of its machine: CPU between a window's edges, for how long its limit held it back, and
memory.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from dataclasses import dataclass

from loadtest.container_cpu import throttled_seconds


@dataclass(frozen=True, slots=True)
class CpuUse:
    """
    CPU of a process in a window.

    Attributes:
        seconds: User and system time.
        throttled_seconds: Time for which the CPU limit of its container held it back; ``None`` where nothing tells.
    """

    seconds: float
    throttled_seconds: float | None


class WindowCpu:
    """
    CPU of this process between the window's edges.
    """

    def __init__(self, opens_in: float, closes_in: float) -> None:
        """
        Args:
            opens_in, closes_in: Seconds from now to the edges.
        """
        loop = asyncio.get_running_loop()
        self._at_start = _since_its_start()
        self._at_end: CpuUse | None = None
        loop.call_later(max(0.0, opens_in), self._open)
        loop.call_later(max(0.0, closes_in), self.close)

    def _open(self) -> None:
        self._at_start = _since_its_start()

    def close(self) -> None:
        """
        Take the reading at the window's end, if it has not been taken.
        """
        if self._at_end is None:
            self._at_end = _since_its_start()

    @property
    def use(self) -> CpuUse:
        """
        What was used over the window.
        """
        start, end = self._at_start, self._at_end or _since_its_start()
        throttled = None
        if start.throttled_seconds is not None and end.throttled_seconds is not None:
            throttled = end.throttled_seconds - start.throttled_seconds
        return CpuUse(end.seconds - start.seconds, throttled)


def _since_its_start() -> CpuUse:
    return CpuUse(time.process_time(), throttled_seconds())


def largest_rss_bytes() -> int:
    """
    Return the largest resident size that this process has had.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
