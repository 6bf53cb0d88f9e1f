"""
The injectors' Deployment: none at rest, as many as a plan asks for while a sweep runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.deployment import Deployment


@contextlib.asynccontextmanager
async def open_injectors(api: Api, namespace: str, name: str, count: int) -> AsyncIterator[None]:
    """
    Scale the injectors up, and to none in the end; they find the master by its Service and are not waited for here.

    Raises:
        InputError: There is no such Deployment.
        TargetError: The cluster does not answer or does not allow it.
    """
    deployment = Deployment(api, namespace, name)
    # From none, so that no injector is left that still waits for a master of an earlier run.
    await asyncio.to_thread(deployment.scale, 0)
    try:
        await asyncio.to_thread(deployment.scale, count)
        yield
    finally:
        await asyncio.shield(asyncio.to_thread(deployment.scale, 0))
