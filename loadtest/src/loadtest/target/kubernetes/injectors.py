"""
The injectors' Deployment: none at rest, as many as a plan asks for while a sweep runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.deployment import Deployment
from loadtest.target.kubernetes.pods import Pods

_GONE_SECONDS = 60.0


@contextlib.asynccontextmanager
async def open_injectors(api: Api, namespace: str, name: str, count: int) -> AsyncIterator[None]:
    """
    Scale the injectors up, and to none in the end; they find the master by its Service and are not waited for here.

    Raises:
        InputError: There is no such Deployment.
        TargetError: The cluster does not answer or does not allow it.
    """
    deployment = Deployment(api, namespace, name)
    # From none, so that no injector is left of an earlier run: it would join this one and vanish in its midst.
    await asyncio.to_thread(deployment.scale, 0)
    await asyncio.to_thread(_wait_for_none, Pods(api, namespace, await asyncio.to_thread(deployment.labels)))
    try:
        await asyncio.to_thread(deployment.scale, count)
        yield
    finally:
        await asyncio.shield(asyncio.to_thread(deployment.scale, 0))


def _wait_for_none(pods: Pods) -> None:
    deadline = time.monotonic() + _GONE_SECONDS
    while pods.all() or pods.leaving():
        if time.monotonic() > deadline:
            raise TargetError(
                f"injectors of an earlier sweep still run in {pods.namespace} after {_GONE_SECONDS:g} s; delete their pods"
            )
        time.sleep(0.5)
