"""
How a verb connects to the server: by one connection, set up in the same way as the worker's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio.client import Client

from repairshop import codec
from repairshop.temporal_connection import TemporalConnection

_T = TypeVar("_T")

# With a worker an order answers in milliseconds; if it takes longer there is no worker.
PATIENCE = timedelta(seconds=10)


class RefusedError(Exception):
    """
    The request cannot be fulfilled; the text is the one line to show.
    """


def talk(ask: Callable[[Client], Awaitable[_T]]) -> _T:
    """
    Connect as TEMPORAL_* and REPAIRSHOP_CODEC_* say, and call the function with the client.
    """

    async def connected() -> _T:
        return await ask(await TemporalConnection(codec.client_options()).connect())

    return asyncio.run(connected())
