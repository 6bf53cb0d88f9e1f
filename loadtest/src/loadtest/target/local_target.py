"""
This machine as the target: worker processes beside a dev server that the run starts, or a server that already runs.

It scales and lists; it never reads a page and never asks Temporal.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import shlex
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from loadtest.child import Child, Use, end_all, spawn
from loadtest.child_environment import without_encryption, worker_environment
from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.free_ports import free_ports
from loadtest.page_url import pages_by_name
from loadtest.plan import DynamicValue, Plan, WorkerSetup
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.results.path_from_here import path_from_here
from loadtest.results.resource_use import MachineTimes
from loadtest.server_access import ServerAccess
from loadtest.target.dev_server import DevServer, find_temporal, restart_dev_server, start_dev_server
from loadtest.target.local_worker_command import OWN_WORKER, parse_worker_command, plan_variables
from loadtest.target.machine_cpu import machine_times

_GRACE_SECONDS = 25.0
_NOT_OURS = "the server was started by somebody else, so its process is not known"


@dataclass(frozen=True, slots=True)
class Workers:
    """
    How workers are started.

    Attributes:
        command: Command line of the kit's own worker, or of the user's.
        task_queue: Task queue that the workers poll.
        namespace: Namespace of the workers, on a server that is started for them.
        setup: Slots and other settings; the kit's own worker gets them as ``REPAIRSHOP_*``.
        codec: Whether the workers encrypt payloads; ``None`` leaves it to whether the environment has keys.
        exact_bounds: Seconds at which the workers' histograms get a bound, so that late tasks are counted exactly.
    """

    command: tuple[str, ...]
    task_queue: str
    namespace: str
    setup: WorkerSetup
    exact_bounds: tuple[float, ...] = ()
    codec: bool | None = None

    @property
    def own(self) -> bool:
        """
        Whether the worker is the kit's own, whose settings and metrics are known.
        """
        return self.command == OWN_WORKER


@dataclass(slots=True)
class _Worker:
    replica: Replica
    child: Child


class LocalTarget:
    """
    Worker processes on this machine.

    Attributes:
        heals: Always false; a process that ends is not started again.
        access: Access of the workers to their server, which is the first server until a plan names another.
    """

    def __init__(
        self,
        workers: Workers,
        logs: Path,
        servers: Mapping[str, ServerAccess],
        server: DevServer | None,
    ) -> None:
        """
        Args:
            workers: How to start a worker.
            logs: Folder of the workers' logs.
            servers: Each server by the name that cells use.
            server: The server that the run started, if it started one.
        """
        self.heals = False
        self._how = workers
        self._logs = logs
        self._server = server
        self._workers: list[_Worker] = []
        self._numbers = itertools.count(1)
        self.access = next(iter(servers.values()))
        self._servers = servers

    async def server_pages(self) -> Mapping[str, str]:
        """
        The pages of the workers' server by name; empty without a page.
        """
        return pages_by_name(self.access.page)

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Restart the workers, or the server too, if the plan needs other settings or another server than those that run.

        Raises:
            InputError: The run did not start the server, and the plan changes a setting of it.
            TargetError: The server did not start again.
        """
        restarted, wanted = list[str](), dict(plan.server.dynamic_config)
        if self._server is None and wanted:
            raise InputError(
                f"server.dynamic_config = {wanted}: the server at {self.access.address} was started by somebody else; "
                "leave the key out, or leave --address out"
            )
        if self._server is not None and wanted != self._server.given_config:
            await self.end()
            self._server = await restart_dev_server(self._server, self._logs, wanted)
            restarted.append("the server, and with it all workers")
        given = plan.worker_command
        command = self._how.command if given is None else parse_worker_command(given)
        setup = replace(self._how, command=command, setup=plan.worker, codec=plan.codec)
        access = self.access if plan.server_name is None else self._servers[plan.server_name]
        if (setup, access) != (self._how, self.access):
            self._how, self.access = setup, access
            if self._workers:
                await self.end()
                restarted.append("all workers")
        return tuple(restarted)

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Start or end worker processes until that many run.

        Raises:
            WorkerDiedError: A worker ended at its start.
        """
        self._workers = [worker for worker in self._workers if worker.child.running]
        surplus = self._workers[replicas:]
        self._workers = self._workers[:replicas]
        await end_all((worker.child for worker in surplus), _GRACE_SECONDS)
        while len(self._workers) < replicas:
            self._workers.append(await self._start())
        return await self.alive()

    async def alive(self) -> Sequence[Replica]:
        """
        The replicas whose processes run.
        """
        return tuple(worker.replica for worker in self._workers if worker.child.running)

    async def check_alive(self) -> None:
        """
        Check that every process that should run does run.

        Raises:
            WorkerDiedError: A worker ended; the text ends with its last log lines.
            TargetError: The server ended.
        """
        if self._server is not None and not self._server.child.running:
            raise TargetError(
                f"the Temporal server ended (exit code {self._server.child.returncode}):\n{self._server.child.log_tail(8)}"
            )
        for worker in self._workers:
            if not worker.child.running:
                raise WorkerDiedError(
                    f"worker {worker.replica.identity} ended (exit code {worker.child.returncode}): "
                    f"{shlex.join(self._how.command)}; the last lines of {path_from_here(worker.child.log_path)}:\n"
                    f"{worker.child.log_tail(8)}"
                )

    async def server_starts(self) -> Mapping[str, float]:
        """
        Empty: if a server that the run started ends, the run ends, and the process of any other server is not known.
        """
        return {}

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU seconds since their start and memory, for the server and for all workers together.
        """
        workers = [worker.child.use() for worker in self._workers]
        server = _as_use(self._server.child.use()) if self._server else ProcessUse(None, None, _NOT_OURS)
        known = [use for use in workers if use is not None]
        if len(known) < len(workers):
            together = ProcessUse(None, None, "a worker ended")
        else:
            together = ProcessUse(sum(use.cpu_seconds for use in known), sum(use.rss_bytes for use in known))
        return {"worker": together, "server": server}

    async def machine_times(self) -> MachineTimes:
        """
        CPU time of this machine.
        """
        return await asyncio.to_thread(machine_times, is_whole=self._server is not None)

    async def end(self) -> None:
        """
        End the workers.
        """
        await end_all((worker.child for worker in self._workers), _GRACE_SECONDS)
        self._workers = []

    async def close(self) -> None:
        """
        End the workers, and the server that the run started, whichever was started last.
        """
        try:
            await self.end()
        finally:
            if self._server is not None:
                await self._server.end()

    async def _start(self) -> _Worker:
        number = next(self._numbers)
        (port,) = free_ports(1)
        name = f"worker-{number}"
        child = await spawn(
            self._how.command,
            self._environment(f"{name}@{socket.gethostname()}", port),
            self._logs / f"{name}.log",
        )
        identity = (
            f"{name}@{socket.gethostname()}" if self._how.own else f"{child.pid}@{socket.gethostname()}"
        )
        replica = Replica(identity, f"http://127.0.0.1:{port}/metrics", child.pid, child.started_at)
        return _Worker(replica, child)

    def _environment(self, identity: str, port: int) -> dict[str, str]:
        """
        Return the whole environment of a worker: the contract of any worker, and the plan's settings for the kit's
        ``main``.
        """
        environ = without_encryption(os.environ) if self._how.codec is False else os.environ
        return {
            **worker_environment(environ, own_worker=self._how.own),
            **self.access.variables,
            "TEMPORAL_TASK_QUEUE": self._how.task_queue,
            "METRICS_PORT": str(port),
            "REPAIRSHOP_TASK_QUEUE": self._how.task_queue,
            "REPAIRSHOP_IDENTITY": identity,
            "REPAIRSHOP_HEALTH_PORT": str(port),
            "REPAIRSHOP_HISTOGRAM_BOUNDS": ",".join(map(str, self._how.exact_bounds)),
            **plan_variables(self._how.setup, own_worker=self._how.own),
        }


def _as_use(use: Use | None) -> ProcessUse:
    return ProcessUse(None, None, "it ended") if use is None else ProcessUse(use.cpu_seconds, use.rss_bytes)


@contextlib.asynccontextmanager
async def open_local(
    workers: Workers,
    logs: Path,
    *,
    servers: Mapping[str, ServerAccess] | None = None,
    temporal: Path | None = None,
    port: int | None = None,
    dynamic_config: Mapping[str, DynamicValue] | None = None,
) -> AsyncIterator[LocalTarget]:
    """
    Start a server unless some are given, and end it and all workers at the end.

    Args:
        workers: How to start a worker.
        logs: Folder for logs of server and workers.
        servers: Each server that already runs, by the name that cells use.
        temporal: Path of Temporal's CLI.
        port: TCP port of the server's frontend.
        dynamic_config: Dynamic configuration to add for a server that is started here.

    Raises:
        InputError: There is no CLI, or the port is in use.
        TargetError: The server did not start.
    """
    server = None
    if not servers:
        server = await start_dev_server(
            find_temporal(temporal), logs, port, workers.namespace, dynamic_config
        )
        servers = {server.address: server.access(workers.namespace)}
    target = LocalTarget(workers, logs, servers, server)
    try:
        yield target
    finally:
        await target.close()
