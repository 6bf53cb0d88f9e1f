"""
Starts Locust as processes and hands it the orders of a sweep.

It imports neither locust nor gevent, since locust patches the whole process, and it knows nothing of what
an injector does with an order.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.child import Child, spawn
from loadtest.child_environment import connection_variables, locust_environment
from loadtest.errors import InjectorError, InputError
from loadtest.free_ports import free_ports
from loadtest.injector import control
from loadtest.results.measured import InjectorReport, InjectorSecond
from loadtest.results.step_order import StepOrder

# Under the server's limit of long polls, with room for those who look on.
MOST_IN_FLIGHT = 1000
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
# How long Locust and its injectors may take to start and to connect.
_READY_SECONDS = 60.0
# Beyond the step itself: the master gives its injectors a quarter of this.
_ANSWER_SECONDS = 60.0
_QUIT_SECONDS = 8.0
_MASTER_SECONDS = 2.0
_KILL_SECONDS = 2.0


class Locust:
    """
    A running Locust master and its injectors; carries out one order at a time.
    """

    def __init__(
        self,
        master: Child,
        workers: Sequence[Child],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._master = master
        self._workers = tuple(workers)
        self._reader = reader
        self._writer = writer
        self._ready = False
        self._watches = [asyncio.create_task(self._watch(worker)) for worker in self._workers]

    @property
    def pids(self) -> tuple[int, ...]:
        """
        Process ids of the local injectors that still run.
        """
        return tuple(worker.pid for worker in self._workers if worker.running)

    async def run(self, order: StepOrder, each_second: Callable[[InjectorSecond], None]) -> InjectorReport:
        """
        Carry one order out, drain, and report.

        Raises:
            InputError: It keeps more workflows in flight than can be awaited.
            InjectorError: There will be no report: every injector vanished, or the master did.
        """
        if order.in_flight is not None and order.in_flight > MOST_IN_FLIGHT:
            raise InputError(
                f"{order.in_flight} workflows in flight: a closed load awaits every result, and a server answers "
                f"at most 1,200 such calls at once; lower in_flight_per_slot until it is {MOST_IN_FLIGHT} or fewer"
            )
        lasts = order.warm_up_seconds + order.window_seconds + order.drain_seconds
        longest = order.start_at - time.time() + lasts + _ANSWER_SECONDS
        try:
            async with asyncio.timeout(longest):
                return await self._carry_out(order, each_second)
        except TimeoutError:
            raise InjectorError(
                f"Locust did not answer within {longest:.0f} s; the log says: {self._master.log_tail(5)}"
            ) from None

    async def end_window(self, at: float) -> None:
        """
        End the window of the running step at a unix time, which must lie far enough ahead to reach every injector.

        Raises:
            InjectorError: Locust is gone.
        """
        await self._say({"end": at})

    async def _carry_out(
        self, order: StepOrder, each_second: Callable[[InjectorSecond], None]
    ) -> InjectorReport:
        await self._say(control.order(order))
        while True:
            message = await self._hear()
            if "second" in message:
                each_second(InjectorSecond(**message["second"]))
            elif "report" in message:
                return control.read_report(message["report"])
            elif "broken" in message:
                raise InjectorError(message["broken"])

    async def wait_until_ready(self, injectors: int) -> None:
        """
        Wait until so many injectors are connected to Temporal.

        Raises:
            InputError: One could not connect.
            InjectorError: One ended, or it took too long.
        """
        ready = 0
        ends: dict[asyncio.Task[Any], Child] = {
            asyncio.ensure_future(child.wait()): child for child in (self._master, *self._workers)
        }
        try:
            async with asyncio.timeout(_READY_SECONDS):
                while ready < injectors:
                    hearing: asyncio.Task[Any] = asyncio.ensure_future(self._hear())
                    done, _ = await asyncio.wait({hearing, *ends}, return_when=asyncio.FIRST_COMPLETED)
                    if hearing not in done:
                        hearing.cancel()
                        ended = ends[next(iter(done))]
                        raise InjectorError(_ended(ended))
                    message = hearing.result()
                    if "refused" in message:
                        raise InputError(message["refused"])
                    ready = message.get("ready", ready)
            self._ready = True
        except TimeoutError:
            raise InjectorError(
                f"{ready} of {injectors} injectors were ready after {_READY_SECONDS:.0f} s; "
                f"the log says: {self._master.log_tail(5)}"
            ) from None
        finally:
            for end in ends:
                end.cancel()

    async def close(self) -> None:
        """
        Let Locust quit, then end what is left; one that never got ready is ended at once.
        """
        for watch in self._watches:
            watch.cancel()
        if self._ready:
            await self._quit()
        self._writer.close()
        for child in (self._master, *self._workers):
            await child.terminate(_KILL_SECONDS if self._ready else 0)

    async def _quit(self) -> None:
        with contextlib.suppress(ConnectionError, InjectorError):  # it is gone: there is nobody to tell
            await self._say({"quit": True})
        with contextlib.suppress(TimeoutError):  # whoever is late is killed below
            async with asyncio.timeout(_QUIT_SECONDS):
                for child in self._workers:
                    await child.wait()
        # Told to quit in its first second, Locust's master waits for its injectors for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_MASTER_SECONDS):
                await self._master.wait()

    async def _watch(self, worker: Child) -> None:
        await worker.wait()
        with contextlib.suppress(InjectorError):  # whoever waits for an answer gets this error too
            await self._say({"dead": worker.pid})

    async def _say(self, message: Mapping[str, Any]) -> None:
        self._writer.write(control.line(message))
        try:
            await self._writer.drain()
        except ConnectionError:
            raise InjectorError(_ended(self._master)) from None

    async def _hear(self) -> dict[str, Any]:
        text = await self._reader.readline()
        if not text:
            raise InjectorError(_ended(self._master))
        message: dict[str, Any] = json.loads(text)
        return message


@contextlib.asynccontextmanager
async def launch(
    address: str,
    namespace: str,
    *,
    injectors: int,
    logs: Path,
    local: bool = True,
    bind_host: str = "127.0.0.1",
    bind_port: int | None = None,
    metrics_port: int | None = None,
    connection: Mapping[str, str] | None = None,
) -> AsyncIterator[Locust]:
    """
    Start Locust's master and its injectors, wait until they are connected to Temporal, and end them at last.

    Args:
        address, namespace: Of the Temporal server.
        injectors: How many there are.
        logs: Folder for ``locust.log`` and ``injector-<n>.log``.
        local: Start the injectors here; else they come from elsewhere
            (``locust -f .../locustfile.py --worker --master-host HOST``).
        bind_host, bind_port: Where the master listens for them; a free port by default.
        metrics_port:
            Injector n serves its /metrics on this port plus n, on this machine alone; by default the
            environment's LOADTEST_INJECTOR_METRICS_PORT, else there is no page.
        connection:
            The ``TEMPORAL_*`` variables by which it is reached; by default this process's own.

    Raises:
        InputError: An injector cannot connect, or a setting of its environment cannot be used.
        InjectorError: They did not come up.
    """
    if metrics_port is None and local:
        metrics_port = _port(os.environ.get(control.METRICS_PORT))
    if connection is None:
        connection = connection_variables(os.environ, own_server=False)
    port = bind_port if bind_port is not None else free_ports(1, bind_host)[0]
    env = {
        **locust_environment(os.environ),
        **connection,
        "TEMPORAL_ADDRESS": address,
        "TEMPORAL_NAMESPACE": namespace,
        "PYTHONUNBUFFERED": "1",
    }
    ours, theirs = socket.socketpair()
    children: list[Child] = []
    try:
        with theirs:
            master = await spawn(
                [
                    *_locust(),
                    "--headless",
                    "--only-summary",
                    "--users",
                    "0",  # they would be arrivals of their own
                    "--master",
                    "--master-bind-host",
                    bind_host,
                    "--master-bind-port",
                    str(port),
                    "--expect-workers",
                    str(injectors),
                ],
                {
                    **env,
                    control.DESCRIPTOR: str(theirs.fileno()),
                    control.EXPECTED: str(injectors),
                    control.WATCHED: "1" if local else "",
                },
                logs / "locust.log",
                pass_fds=(theirs.fileno(),),
            )
        children.append(master)
        for index in range(injectors if local else 0):
            own = {control.METRICS_PORT: str(metrics_port + index)} if metrics_port is not None else {}
            children.append(
                await spawn(
                    [*_locust(), "--worker", "--master-host", bind_host, "--master-port", str(port)],
                    {**env, **own},
                    logs / f"injector-{index}.log",
                )
            )
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours, limit=control.LONGEST_LINE)
    except BaseException:
        ours.close()
        for child in children:
            await child.terminate(0)
        raise
    locust = Locust(children[0], children[1:], reader, writer)
    try:
        await locust.wait_until_ready(injectors)
        yield locust
    finally:
        await locust.close()


def _locust() -> list[str]:
    if importlib.util.find_spec("locust") is None:
        raise InjectorError("locust is not installed in this environment; run `make setup`")
    # -P: a file named locust.py in the current folder is not Locust.
    return [sys.executable, "-P", "-m", "loadtest.injector.locust_program", "-f", str(LOCUSTFILE)]


def _port(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise InputError(f"{control.METRICS_PORT} = {text}: not a port; write a number from 1 to 65535")


def _ended(child: Child) -> str:
    return (
        f"{child.log_path.name}: the process ended with exit code {child.returncode}; "
        f"its last lines: {child.log_tail(5)}"
    )
