"""
One worker process: connect, run, drain on SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys

import uvloop
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.worker import Worker

from repairshop import codec, health, lifetime, logs, telemetry
from repairshop.activities import build_activities
from repairshop.ledger import open_ledger
from repairshop.settings import LogFormat, Settings, SettingsError, both, load
from repairshop.worker import build_worker
from repairshop.workflows import WORKFLOWS

LOG = logging.getLogger("repairshop")


class StartError(Exception):
    """
    The process cannot begin its work; the text is the one line to show.
    """


def main() -> None:
    """
    Run one worker until it is told to end; never returns.

    Exit codes: 0 drained, 1 the worker or its connection failed, 2 settings that cannot be used.
    """
    try:
        settings, options = both(load, codec.client_options)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        lifetime.end_at_once(2)
    if settings.die_with_parent:
        lifetime.die_with_parent()
    logs.configure(settings.log_level, settings.log_format)
    try:
        code = (uvloop.run if settings.uvloop else asyncio.run)(_run(settings, options))
    except StartError as error:
        sys.stderr.write(f"error: {error}\n")
        code = 1
    lifetime.leave(code)


async def _run(settings: Settings, options: codec.ClientOptions) -> int:
    stop = asyncio.Event()
    _on_signals(stop)
    try:
        observed = telemetry.start(logging.getLogger("temporalio.core"))
    except OSError as error:
        raise StartError(str(error)) from error
    state = health.Health()
    try:
        pages = health.serve(state, observed.page, settings.health_host, settings.health_port)
        address = pages.__enter__()
    except OSError as error:
        raise StartError(
            f"REPAIRSHOP_HEALTH_PORT={settings.health_port}: cannot serve on {settings.health_host}: {error.strerror}; "
            "write REPAIRSHOP_HEALTH_PORT=0 to take a free one"
        ) from error
    _announce(settings, address)
    client = await _connect(settings, observed, options)
    worker = await _build(client, settings)
    return await _work(worker, state, stop)


def _announce(settings: Settings, address: str) -> None:
    if settings.log_format is LogFormat.JSON:
        line = json.dumps(
            {
                "event": "started",
                "metrics_url": f"{address}/metrics",
                "identity": settings.identity,
                "task_queue": settings.task_queue,
                "pid": os.getpid(),
            }
        )
    else:
        line = f"worker {settings.identity} on task queue {settings.task_queue}: metrics at {address}/metrics"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _connect(settings: Settings, observed: telemetry.Telemetry, options: codec.ClientOptions) -> Client:
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:
        raise StartError(f"TEMPORAL_* settings: {error}") from error
    config.setdefault("target_host", "localhost:7233")
    try:
        return await Client.connect(**config, **options, identity=settings.identity, runtime=observed.runtime)
    except (RuntimeError, OSError, ValueError) as error:
        raise StartError(
            f"TEMPORAL_ADDRESS={config['target_host']}: cannot connect: {error}; "
            "is a Temporal server running there? `temporal server start-dev` starts one"
        ) from error


async def _build(client: Client, settings: Settings) -> Worker:
    try:
        ledger = await open_ledger(settings.ledger)
        return build_worker(client, settings, WORKFLOWS, build_activities(ledger))
    except (RuntimeError, OSError, ValueError) as error:
        raise StartError(str(error)) from error


async def _work(worker: Worker, state: health.Health, stop: asyncio.Event) -> int:
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    beating = asyncio.create_task(_beat(state))
    state.ready("start")
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    state.unready("drain", "draining: takes no new tasks")
    if not running.done():
        LOG.info("draining: takes no new tasks, finishes what runs; a second signal ends at once")
        await worker.shutdown()
    failure = (await asyncio.gather(running, return_exceptions=True))[0]
    beating.cancel()
    if isinstance(failure, BaseException):
        raise StartError(f"the worker failed: {failure}")
    LOG.info("drained")
    return 0


async def _beat(state: health.Health) -> None:
    while True:
        state.beat()
        await asyncio.sleep(1)


def _on_signals(stop: asyncio.Event) -> None:
    def on_signal(number: int) -> None:
        if stop.is_set():
            LOG.warning("second signal: ending at once, what runs is left to time out")
            lifetime.end_at_once(128 + number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)


if __name__ == "__main__":
    main()
