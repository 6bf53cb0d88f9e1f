"""
A running Locust: a master and its injectors, which carry out one instruction of a sweep at a time.

It imports neither locust nor gevent, as locust patches the whole process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.child import Child, end_all
from loadtest.errors import InjectorError, InputError
from loadtest.injector import control_messages
from loadtest.plural import counted, plural
from loadtest.results.injector_report import InjectorReport, InjectorSecond
from loadtest.results.step_instruction import StepInstruction
from loadtest.server_access import ServerAccess

# Time for the report beyond the step itself: the master gives its injectors a quarter of this.
_ANSWER_SECONDS = 60.0
_QUIT_SECONDS = 8.0
_MASTER_SECONDS = 2.0
_KILL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class MoreInjectors:
    """
    How injectors are added to a running Locust of this machine.

    Attributes:
        start: Starts the injector of that number, from 0.
        ready_seconds: Seconds to wait for it to connect.
    """

    start: Callable[[int], Awaitable[Child]]
    ready_seconds: float


class Locust:
    """
    A running Locust master and its injectors; carries out one instruction at a time.
    """

    def __init__(
        self,
        master: Child,
        workers: Sequence[Child],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server: ServerAccess,
        more: MoreInjectors | None = None,
    ) -> None:
        """
        Args:
            master: Locust's master.
            workers: The injectors of this machine.
            reader, writer: Control line to the master.
            server: Server that every instruction is for.
            more: How injectors are added; ``None`` where they were all started elsewhere.
        """
        self._more = more
        self._server = server
        self._master = master
        self._workers = tuple(workers)
        self._reader = reader
        self._writer = writer
        self._ready = False
        self._watches = [asyncio.create_task(self._watch(worker)) for worker in self._workers]

    async def add_up_to(self, injectors: int) -> None:
        """
        Start further injectors of this machine until that many were started; those that run stay.

        Raises:
            InputError: One could not connect.
            InjectorError: One ended, or did not connect in time.
        """
        if self._more is None or injectors <= len(self._workers):
            return
        for number in range(len(self._workers), injectors):
            worker = await self._more.start(number)
            self._workers = (*self._workers, worker)
            self._watches.append(asyncio.create_task(self._watch(worker)))
        await self.wait_until_ready(injectors, self._more.ready_seconds)

    @property
    def pids(self) -> tuple[int, ...]:
        """
        Process ids of the local injectors that still run.
        """
        return tuple(worker.pid for worker in self._workers if worker.running)

    async def run(
        self, instruction: StepInstruction, each_second: Callable[[InjectorSecond], None]
    ) -> InjectorReport:
        """
        Carry one instruction out, drain, and report.

        Raises:
            InputError: No injector can work with what the user gave.
            InjectorError: There will be no report: every injector vanished, or the master did.
        """
        lasts = instruction.warm_up_seconds + instruction.window_seconds + instruction.drain_seconds
        longest = instruction.start_at - time.time() + lasts + _ANSWER_SECONDS
        try:
            async with asyncio.timeout(longest):
                return await self._carry_out(instruction, each_second)
        except TimeoutError:
            raise InjectorError(
                f"Locust did not answer within {longest:.0f} s; the log says: {self._master.log_tail(5)}"
            ) from None

    async def end_window(self, at: float) -> None:
        """
        End the window of the running step at a Unix time, which must be late enough to reach every injector before.

        Raises:
            InjectorError: Locust has ended.
        """
        await self._say({"end": at})

    async def _carry_out(
        self, instruction: StepInstruction, each_second: Callable[[InjectorSecond], None]
    ) -> InjectorReport:
        of_server = {"address": self._server.address, "namespace": self._server.namespace}
        await self._say(control_messages.instruction(instruction.model_copy(update=of_server)))
        while True:
            message = await self._hear()
            if "second" in message:
                each_second(control_messages.read_second(message["second"]))
            elif "report" in message:
                return control_messages.read_report(message["report"])
            elif "refused" in message:
                raise InputError(message["refused"])
            elif "broken" in message:
                raise InjectorError(message["broken"])

    async def wait_until_ready(self, injectors: int, ready_seconds: float) -> None:
        """
        Wait until that many injectors are connected to Temporal.

        Args:
            injectors: Number of injectors.
            ready_seconds: Longest time to wait.

        Raises:
            InputError: One could not connect.
            InjectorError: One ended, or the wait took too long.
        """
        ready = 0
        ends: dict[asyncio.Task[Any], Child] = {
            asyncio.ensure_future(child.wait()): child for child in (self._master, *self._workers)
        }
        try:
            async with asyncio.timeout(ready_seconds):
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
                f"{ready} of {counted(injectors, 'injector')} {plural(injectors, 'was', 'were')} ready after {ready_seconds:g} s (waits.injectors_ready_seconds); "
                f"the log says: {self._master.log_tail(5)}"
            ) from None
        finally:
            for end in ends:
                end.cancel()

    async def close(self) -> None:
        """
        Let Locust quit, then end what is left; a Locust that never got ready is ended at once.
        """
        for watch in self._watches:
            watch.cancel()
        try:
            if self._ready:
                await self._quit()
        finally:
            self._writer.close()
            await end_all((self._master, *self._workers), _KILL_SECONDS if self._ready else 0)

    async def _quit(self) -> None:
        with contextlib.suppress(ConnectionError, InjectorError):  # it is gone: there is nobody to tell
            await self._say({"quit": True})
        with contextlib.suppress(TimeoutError):  # whoever is late is killed below
            async with asyncio.timeout(_QUIT_SECONDS):
                for child in self._workers:
                    await child.wait()
        # If it is told to quit in its first second, Locust's master waits for its injectors for ever.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_MASTER_SECONDS):
                await self._master.wait()

    async def _watch(self, worker: Child) -> None:
        await worker.wait()
        with contextlib.suppress(InjectorError):  # whoever waits for an answer gets this error too
            await self._say({"dead": worker.pid})

    async def _say(self, message: Mapping[str, Any]) -> None:
        self._writer.write(control_messages.line(message))
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


def _ended(child: Child) -> str:
    return (
        f"{child.log_path.name}: the process ended with exit code {child.returncode}; "
        f"its last lines: {child.log_tail(5)}"
    )
