"""
Small workers as processes, for the tests that look at real pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(slots=True)
class SmallWorker:
    """
    One running small worker.
    """

    identity: str
    port: int
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metrics"

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


def polls(page: bytes) -> bool:
    return all(b'poller_type="%b_task"' % kind in page for kind in (b"activity", b"workflow"))


StartWorker = Callable[..., Awaitable[SmallWorker]]
