"""
One worker process: connect, run, drain on SIGTERM.

Workflows and activities of another shop run through ``main`` in the same way.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import Any, NoReturn

import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from repairshop import (
    codec,
    health,
    logs,
    process_exit,
    server_watch,
    telemetry,
    worker_tracing,
)
from repairshop.background import Background
from repairshop.bytecode_check import modules_without_bytecode, remedy
from repairshop.environment import SettingsError, both
from repairshop.ledger import Ledger, LedgerAddressError, LedgerUnavailableError, open_ledger
from repairshop.settings import LogFormat, Settings, load
from repairshop.temporal_connection import TemporalConnection
from repairshop.temporal_worker import build_worker
from repairshop.web_server import web_address

BuildActivities = Callable[[Ledger], Sequence[Callable[..., Any]]]

LOG = logging.getLogger("repairshop")
BEAT_SECONDS = 1.0
STARTED_LOOK_SECONDS = 0.02


class StartError(Exception):
    """
    The process cannot begin or continue its work; the text is the one line to show.
    """


def main(
    workflows: Sequence[type], build_activities: BuildActivities, arguments: Sequence[str] | None = None
) -> None:
    """
    Run one worker until it is told to end; never returns.

    Args:
        workflows: Workflow classes.
        build_activities: Returns the activity functions for the ledger of REPAIRSHOP_LEDGER.
        arguments: Arguments after the program's name, of which only ``--help`` is known; by default the command line's.
            A program that has read arguments of its own gives ``()``.

    Exit codes: 0 drained; 1 the worker, its server or its ledger failed; 2 the settings cannot be used.
    """
    if typed := sys.argv[1:] if arguments is None else arguments:
        _answer(typed)
    try:
        settings, options = both(load, codec.client_options)
    except SettingsError as error:
        sys.stderr.write(error.lines)
        process_exit.end_at_once(2)
    if settings.die_with_parent:
        process_exit.die_with_parent()
    logs.configure(settings.log_level, settings.log_format)
    run = uvloop.run if settings.uvloop else asyncio.run
    try:
        code = run(_run(settings, options, workflows, build_activities))
    except SettingsError as error:
        sys.stderr.write(error.lines)
        code = 2
    except StartError as error:
        sys.stderr.write(f"error: {error}\n")
        code = 1
    process_exit.leave(code)


def _answer(arguments: Sequence[str]) -> NoReturn:
    if arguments[0] in ("-h", "--help"):
        sys.stdout.write(f"A worker takes no arguments.\n\n{inspect.cleandoc(Settings.__doc__ or '')}\n")
        process_exit.end_at_once(0)
    sys.stderr.write(
        f"error: {arguments[0]}: a worker takes no arguments; its settings are environment variables, "
        "and --help lists them\n"
    )
    process_exit.end_at_once(2)


async def _run(
    settings: Settings,
    options: codec.ClientOptions,
    workflows: Sequence[type],
    build_activities: BuildActivities,
) -> int:
    stop = asyncio.Event()
    _on_signals(stop)
    state = health.ProcessHealth()
    async with AsyncExitStack() as stack:
        background = await stack.enter_async_context(Background(stop))
        background.run(_beat(state))
        observed = _observe(settings)
        stack.enter_context(_pages(settings, state, observed))
        if settings.sandbox and (modules := modules_without_bytecode(workflows)):
            LOG.warning(
                "no bytecode is written, so each workflow compiles %s anew; %s", ", ".join(modules), remedy()
            )
        plugins = stack.enter_context(worker_tracing.plugins())
        connection = TemporalConnection(
            options, identity=settings.identity, runtime=observed.runtime, plugins=plugins
        )
        client = await _connected(connection, state, stop)
        if client is None:
            LOG.info("told to end before a server answered")
        else:
            ledger = await _open(settings)
            stack.push_async_callback(ledger.close)
            worker = _build(client, settings, workflows, build_activities(ledger))
            background.run(server_watch.watch(worker, connection, settings, state))
            await _work(worker, settings, state, stop)
        if background.failure is not None:
            raise StartError(f"the worker could not look after itself: {background.failure!r}")
        return 0


def _observe(settings: Settings) -> telemetry.Telemetry:
    try:
        return telemetry.start(settings, logging.getLogger("temporalio.core"))
    except OSError as error:
        raise StartError(str(error)) from error


@contextmanager
def _pages(settings: Settings, state: health.ProcessHealth, observed: telemetry.Telemetry) -> Iterator[None]:
    host, port = settings.health_host, settings.health_port
    with ExitStack() as stack:
        try:
            address = stack.enter_context(health.serve(state, observed.page, host, port))
        except OSError as error:
            where = web_address(host, port).removeprefix("http://")
            raise SettingsError(
                (
                    f"REPAIRSHOP_HEALTH_HOST={host}, REPAIRSHOP_HEALTH_PORT={port}: {where} cannot be served: "
                    f"{error.strerror}; give an address of this machine, and port 0 to take a free one",
                )
            ) from error
        _announce(settings, address)
        yield


async def _connected(
    connection: TemporalConnection, state: health.ProcessHealth, stop: asyncio.Event
) -> Client | None:
    def tell(reason: str) -> None:
        LOG.warning("%s; waiting for it", reason)
        state.unready("start", f"not connected yet: {reason}")

    connecting = asyncio.create_task(connection.connect_when_there(tell))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if connecting.done():
        return connecting.result()
    connecting.cancel()
    return None


def _announce(settings: Settings, address: str) -> None:
    line = f"worker {settings.identity} on task queue {settings.task_queue}: metrics at {address}/metrics"
    if settings.log_format is LogFormat.JSON:
        facts = {"identity": settings.identity, "task_queue": settings.task_queue, "pid": os.getpid()}
        line = json.dumps({"event": "started", "metrics_url": f"{address}/metrics", **facts})
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _open(settings: Settings) -> Ledger:
    try:
        return await open_ledger(settings.ledger.get_secret_value())
    except LedgerAddressError as error:
        raise SettingsError((f"REPAIRSHOP_LEDGER={error}",)) from None
    except LedgerUnavailableError as error:
        raise StartError(f"REPAIRSHOP_LEDGER={error}") from None


def _build(
    client: Client, settings: Settings, workflows: Sequence[type], activities: Sequence[Callable[..., Any]]
) -> Worker:
    try:
        return build_worker(client, settings, workflows, activities)
    except (RuntimeError, TypeError, ValueError) as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise StartError(f"the worker cannot be built: {error}{cause}") from error


async def _work(worker: Worker, settings: Settings, state: health.ProcessHealth, stop: asyncio.Event) -> None:
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(stop.wait())
    # Only a running worker has checked that its namespace exists.
    while not (worker.is_running or running.done() or stop.is_set()):  # noqa: ASYNC110 - the SDK has no event for it
        await asyncio.sleep(STARTED_LOOK_SECONDS)
    state.ready("start")
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    state.unready("drain", "draining: takes no new tasks")
    if not running.done():
        grace = settings.graceful_shutdown_seconds
        LOG.info(
            "draining for up to %g s: no new tasks, what runs is finished; a second signal ends at once",
            grace,
        )
        draining = asyncio.create_task(worker.shutdown())
        await asyncio.wait({running, draining}, timeout=grace, return_when=asyncio.ALL_COMPLETED)
    if not running.done():
        why = state.why("server") or "an activity does not end"
        LOG.error("grace is over: %s; what runs is left to its timeout", why)
        # Leaving the event loop would wait for what still runs.
        process_exit.end_at_once(1)
    failure = running.exception()
    if failure is not None:
        raise StartError(f"the worker failed: {failure}") from failure
    LOG.info("drained")


async def _beat(state: health.ProcessHealth) -> None:
    while True:
        state.beat()
        await asyncio.sleep(BEAT_SECONDS)


def _on_signals(stop: asyncio.Event) -> None:
    def on_signal(number: int) -> None:
        if stop.is_set():
            LOG.warning("second signal: ending at once; what runs is left to its timeout")
            process_exit.end_at_once(128 + number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
