"""
Checks regularly whether the server answers and gives tasks to this process's version, and renews the connection.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from prometheus_client import Gauge
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from repairshop import deployment_versions
from repairshop.environment import SettingsError
from repairshop.health import ProcessHealth
from repairshop.settings import Settings
from repairshop.temporal_connection import ConnectionFailed, TemporalConnection

LOG = logging.getLogger("repairshop.server_watch")
LOOK_SECONDS = 5.0
# Interval while something is wrong; nothing is measured then.
LOOK_AGAIN_SECONDS = 1.0
SILENT = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.UNKNOWN,
    }
)
TIMEOUT = timedelta(seconds=3)
SERVER_UP = Gauge("repairshop_server_up", "Whether the server answered at the last look, every 5 s.")
RECEIVES = Gauge(
    "repairshop_version_receives_new_orders",
    "Whether this worker's version is current or ramping; 1 without versions.",
)


async def watch(
    worker: Worker, connection: TemporalConnection, settings: Settings, state: ProcessHealth
) -> None:
    """
    Check until cancelled: whether the server answers, whether the version gets orders, whether a key was renewed.

    Each change is logged once. A renewed certificate or key gives a new client, which the worker uses from its next
    call on.
    """
    told: dict[str, str | None] = {}

    def tell(topic: str, text: str | None, good: str) -> None:
        if told.get(topic) == text:
            return
        if text is not None:
            LOG.warning(text)
        elif topic in told:
            LOG.info(good)
        told[topic] = text

    while True:
        stale = await _renew(worker, connection)
        tell("connection", stale, "connected with what the TEMPORAL_* variables and their files hold now")
        absent = await _absent(worker.client)
        SERVER_UP.set(absent is None)
        tell("server", absent, "server answers again")
        if absent is None:
            state.ready("server")
            idle = await _idle(worker.client, settings)
            RECEIVES.set(idle is None)
            tell("version", idle, "version receives new orders")
            state.note("version", idle)
        else:
            state.unready("server", absent)
        # A version may wait or drain for hours, and the server accepts few requests about one Worker Deployment at a
        # time: those of the process that rolls its versions out must get through.
        await asyncio.sleep(LOOK_AGAIN_SECONDS if stale or absent else LOOK_SECONDS)


async def _renew(worker: Worker, connection: TemporalConnection) -> str | None:
    try:
        client = await connection.renew()
    except (SettingsError, ConnectionFailed) as error:
        return f"the connection is not renewed, the one of before is kept: {error}"
    if client is not None:
        worker.client = client
        LOG.info("certificate, key or address was renewed: connected anew")
    return None


async def _absent(client: Client) -> str | None:
    try:
        await client.service_client.check_health(timeout=TIMEOUT)
    except RPCError as error:
        # Whatever the error is, the server answers.
        if error.status in SILENT:
            return f"server does not answer: {error.status.name.lower()}; waiting for it"
    return None


async def _idle(client: Client, settings: Settings) -> str | None:
    if not settings.is_versioned:
        return None
    try:
        return await deployment_versions.why_idle(client, settings.deployment_name, settings.worker_build_id)
    except RPCError as error:
        return f"cannot ask whether version {settings.worker_build_id} receives orders: {error.status.name.lower()}"
