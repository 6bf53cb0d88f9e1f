"""
The dev server of all tests.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from temporalio.client import Client

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """
    A running dev server.
    """

    address: str
    metrics_url: str
    pid: int


async def wait_until_it_serves(address: str) -> None:
    """
    Wait until a server calls itself healthy, which is some time after its port is open.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            await Client.connect(address)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return
