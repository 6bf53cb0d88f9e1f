"""
Starts Locust as processes: a master, and the injectors of this machine.

It imports neither locust nor gevent, as locust patches the whole process.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from loadtest.child import Child, end_all, spawn
from loadtest.child_environment import locust_environment
from loadtest.errors import InjectorError, InputError
from loadtest.free_ports import free_ports
from loadtest.injector import control_messages
from loadtest.injector.running_locust import Locust, MoreInjectors
from loadtest.server_access import ServerAccess

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
_MASTER_LOCUSTFILE = Path(__file__).with_name("master_locustfile.py")


@dataclass(frozen=True, slots=True)
class InjectorPlace:
    """
    Where the injectors run, and where Locust's master listens for them.

    Attributes:
        local: Whether to start the injectors here; else they are started elsewhere (``locust -f .../locustfile.py
            --worker --master-host HOST``).
        bind_host, bind_port: Address and TCP port on which the master listens for injectors; a free port by default.
        metrics_port:
            Injector n serves its /metrics on this port plus n, on this machine alone; by default the
            environment's LOADTEST_INJECTOR_METRICS_PORT, else there is no page.
    """

    local: bool = True
    bind_host: str = "127.0.0.1"
    bind_port: int | None = None
    metrics_port: int | None = None


HERE = InjectorPlace()


@contextlib.asynccontextmanager
async def launch(
    server: ServerAccess,
    *,
    injectors: int,
    logs: Path,
    place: InjectorPlace = HERE,
    first_injector: int = 0,
    ready_seconds: float = 60.0,
) -> AsyncIterator[Locust]:
    """
    Start Locust's master and its injectors, wait until they are connected to Temporal, and end them when the body ends.

    Args:
        server: The Temporal server.
        injectors: Number of injectors.
        logs: Folder for ``locust.log`` and ``injector-<n>.log``.
        place: Where the injectors run.
        first_injector: Number of the first injector started here; the run's other injectors have the numbers before it.
        ready_seconds: Seconds to wait for the injectors to connect.

    Raises:
        InputError: An injector cannot connect, or a setting of its environment cannot be used.
        InjectorError: The injectors did not start.
    """
    metrics_port = place.metrics_port
    if metrics_port is None and place.local:
        metrics_port = _port(os.environ.get(control_messages.METRICS_PORT))
    port = place.bind_port if place.bind_port is not None else free_ports(1, place.bind_host)[0]
    env = {**locust_environment(os.environ), **server.variables, "PYTHONUNBUFFERED": "1"}
    ours, theirs = socket.socketpair()
    children: list[Child] = []

    async def start_injector(number: int) -> Child:
        index = first_injector + number
        own = {control_messages.METRICS_PORT: str(metrics_port + index)} if metrics_port is not None else {}
        command = _injector_command(place.bind_host, port)
        return await spawn(command, {**env, **own}, logs / f"injector-{index}.log")

    try:
        with theirs:
            master_env = {
                **env,
                control_messages.DESCRIPTOR: str(theirs.fileno()),
                control_messages.EXPECTED: str(injectors),
                control_messages.WATCHED: "1" if place.local else "",
            }
            children.append(
                await spawn(
                    _master_command(place.bind_host, port, injectors),
                    master_env,
                    logs / "locust.log",
                    pass_fds=(theirs.fileno(),),
                )
            )
        for number in range(injectors if place.local else 0):
            child = await start_injector(number)
            children.append(child)
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours, limit=control_messages.LONGEST_LINE)
    except BaseException:
        ours.close()
        await end_all(children, 0)
        raise
    more = MoreInjectors(start_injector, ready_seconds) if place.local else None
    locust = Locust(children[0], children[1:], reader, writer, server, more)
    try:
        await locust.wait_until_ready(injectors, ready_seconds)
        yield locust
    finally:
        await locust.close()


def _master_command(host: str, port: int, injectors: int) -> list[str]:
    # Users of Locust would be arrivals of their own.
    words = (
        f"--headless --only-summary --users 0 --master --master-bind-port {port} --expect-workers {injectors}"
    )
    return [*_locust(_MASTER_LOCUSTFILE), *words.split(), "--master-bind-host", host]


def _injector_command(host: str, port: int) -> list[str]:
    return [*_locust(LOCUSTFILE), "--worker", "--master-host", host, "--master-port", str(port)]


def _locust(file: Path) -> list[str]:
    if importlib.util.find_spec("locust") is None:
        raise InjectorError("locust is not installed in this environment; run `make setup`")
    # -P: Python must not take a file named locust.py in the current folder for Locust.
    return [sys.executable, "-P", "-m", "loadtest.injector.locust_program", "-f", str(file)]


def _port(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise InputError(f"{control_messages.METRICS_PORT} = {text}: not a port; write a number from 1 to 65535")
