"""
The containers of one service of Docker Compose as a sweep's target.

It scales and lists; it never reads a page and never asks Temporal. At the end it restores the replica count that it
found, also after a failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.page_url import pages_by_name
from loadtest.plan import Plan
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.target.compose.compose_service import (
    Service,
    deviations_from_plan,
    find_service,
    why_unscalable,
)
from loadtest.target.compose.docker_command import Docker
from loadtest.target.compose.docker_command import docker as real_docker
from loadtest.target.compose.service_container import LABEL, Container, parse_metrics_port, use_of
from loadtest.target.worker_setup_labels import ACTIVITY_SLOTS

_FROM_THE_PAGES = "in compose the CPU of workers is read from their pages"


@dataclass(frozen=True, slots=True)
class ComposePlace:
    """
    Where the parts of a sweep are.

    Attributes:
        service: Service of the workers, ``PROJECT/NAME``.
        metrics_port: TCP port of the workers' pages inside the containers; ``None`` takes the one that is published.
        server_services: Services of the server and of its database in the same project, for their CPU.
        server_metrics: URL of the server's /metrics page; several with commas between.
    """

    service: str
    metrics_port: str | None = None
    server_services: tuple[str, ...] = ()
    server_metrics: str | None = None


class ComposeTarget:
    """
    Worker containers of one service.

    Attributes:
        own: Whether the workers are the kit's own, whose slots and pages are known.
        heals: Always true; the service's restart policy may start a container again, which is seen at the window's
            edges.
    """

    def __init__(self, service: Service, place: ComposePlace, plan: Plan, *, own: bool) -> None:
        """
        Args:
            service: Service of the workers.
            place: Where the parts of the sweep are.
            plan: Plan of the run.
            own: Whether the workers are the kit's own.
        """
        self._service = service
        self._place = place
        self._port = parse_metrics_port(place.metrics_port)
        self._ready_seconds = plan.waits.workers_ready_seconds
        self._setup = (plan.worker, plan.server, plan.codec)
        self._expected: tuple[Replica, ...] = ()
        self._restarts: Mapping[str, int] = {}
        self.own = own
        self.heals = True

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Accept the settings with which the service runs; this target never restarts anything.

        Raises:
            InputError: The plan varies a setting of the workers or of the server.
        """
        if (plan.worker, plan.server, plan.codec) != self._setup:
            raise InputError(
                "plan: [worker], [server] and [codec] of a compose project are what its files say; leave changes of them out"
            )
        return ()

    async def server_pages(self) -> Mapping[str, str]:
        """
        The server's pages by name; empty without a page.
        """
        return pages_by_name(self._place.server_metrics)

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Scale the service and wait until exactly that many containers run.

        Raises:
            WorkerDiedError: A container ended at its start; the text ends with its last log lines.
            TargetError: The containers do not run in time.
        """
        self._expected = ()
        deadline = time.monotonic() + self._ready_seconds
        self._restarts = {one.id: one.restarts for one in await self._service.containers()}
        await self._service.scale(replicas, self._ready_seconds)
        while True:
            containers = await self._service.containers()
            if died := [one for one in containers if self._has_died(one)]:
                raise WorkerDiedError(
                    f"a worker of {self._service} ended at its start:\n{await self._service.story(died)}"
                )
            running = [one for one in containers if one.running]
            if len(running) == replicas:
                self._expected = self._replicas(running)
                return self._expected
            if time.monotonic() > deadline:
                raise TargetError(
                    f"{self._service}: {len(running)} of {replicas} containers run after {self._ready_seconds:g} s:\n"
                    f"{await self._service.story(containers)}"
                )
            await asyncio.sleep(0.2)

    async def alive(self) -> Sequence[Replica]:
        """
        The containers that run now.
        """
        return self._replicas([one for one in await self._service.containers() if one.running])

    async def check_alive(self) -> None:
        """
        Check that every container that ``scale`` returned still runs.

        Raises:
            WorkerDiedError: A container ended or is gone; the text ends with its last log lines.
        """
        containers = {one.hostname: one for one in await self._service.containers()}
        for wanted in self._expected:
            found = containers.get(wanted.identity)
            if found is None:
                raise WorkerDiedError(f"container {wanted.identity} of {self._service} is gone")
            if self._has_died(found) or found.replica(self._port).started_at != wanted.started_at:
                raise WorkerDiedError(
                    f"container {wanted.identity} of {self._service} ended:\n{await self._service.story([found])}"
                )

    async def machine_times(self) -> None:
        """
        Not known: Docker may run on another machine, or in a virtual one.
        """

    async def server_starts(self) -> Mapping[str, float]:
        """
        Unix time at which each container of the server's services was started; empty where the services were not named.
        """
        return {one.name: one.started_at for one in await self._server_containers()}

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU of the server's containers, and of the workers' containers where these have no page that tells it.
        """
        listed = [one.id for one in await self._server_containers()]
        server = ProcessUse(
            None, None, "--server-services was not given, so the server's containers are not known"
        )
        if self._place.server_services:
            server = await use_of(self._service.docker, listed, " and ".join(self._place.server_services))
        worker = ProcessUse(None, None, _FROM_THE_PAGES)
        if any(one.metrics_url is None for one in self._expected):
            workers = [one.id for one in await self._service.containers() if one.running]
            worker = await use_of(self._service.docker, workers, self._service.name)
        return {"worker": worker, "server": server}

    async def running(self) -> int:
        """
        Return how many containers run now.
        """
        return len([one for one in await self._service.containers() if one.running])

    async def restore(self, replicas: int) -> None:
        """
        Restore the replica count.
        """
        await self._service.scale(replicas, self._ready_seconds)

    async def _server_containers(self) -> list[Container]:
        """
        Return the server's containers that run.
        """
        services = self._place.server_services
        return [one for name in services for one in await self._service.containers(name) if one.running]

    def _has_died(self, one: Container) -> bool:
        return not one.running or one.restarts > self._restarts.get(one.id, 0)

    def _replicas(self, containers: Sequence[Container]) -> tuple[Replica, ...]:
        return tuple(one.replica(self._port) for one in containers)


async def demand_service(
    place: ComposePlace, plan: Plan, docker: Docker = real_docker
) -> tuple[Service, bool]:
    """
    Return the service of a place, and whether its workers are the kit's own, if a sweep of the plan can scale the
    service.

    Raises:
        InputError: A sweep cannot scale it; one line for each reason.
    """
    port = parse_metrics_port(place.metrics_port)
    service = await find_service(docker, place.service)
    rendered = await service.rendered()
    configuration = rendered["services"][service.name]
    labels: Mapping[str, str] = configuration.get("labels") or {}
    problems = [
        *why_unscalable(str(service), configuration, max(plan.replicas), port),
        *deviations_from_plan(str(service), labels, plan),
    ]
    absent = [name for name in place.server_services if not await service.containers(name)]
    problems += [
        f"plan: factors.{path}: workers and server of a compose project are set up by its files, so a sweep there varies "
        "keys of [work] alone; leave it out"
        for path in plan.factors
        if not path.startswith("work.")
    ]
    problems += [
        f"--server-services {name}: the project {service.project} runs no container of it; leave it out"
        for name in absent
    ]
    if problems:
        raise InputError("\n".join(problems))
    wanted = await service.hashes(rendered)
    if any(one.labels.get(f"{LABEL}.config-hash") not in wanted for one in await service.containers()):
        raise InputError(
            f"--service {service}: its containers were made from another configuration than its files and this shell's "
            "variables say now, so replicas would differ; write `docker compose up --detach` first, or set the variables as then"
        )
    return service, ACTIVITY_SLOTS in labels


@contextlib.asynccontextmanager
async def open_compose(
    place: ComposePlace, plan: Plan, docker: Docker = real_docker
) -> AsyncIterator[ComposeTarget]:
    """
    Take the service over for a sweep, and restore its replica count at the end.

    Args:
        place: Where the parts of the sweep are.
        plan: Plan of the run.
        docker: Docker's command line.

    Raises:
        InputError: The service cannot be taken; nothing was changed.
        TargetError: Docker does not answer.
    """
    service, own = await demand_service(place, plan, docker)
    target = ComposeTarget(service, place, plan, own=own)
    with _only_sweep(service):
        original = await target.running()
        try:
            yield target
        finally:
            # Shielded: a second signal must not leave the workers as the last step had them.
            await asyncio.shield(target.restore(original))


@contextlib.contextmanager
def _only_sweep(service: Service) -> Iterator[None]:
    """
    Keep other sweeps of this machine from scaling a service of the same file; the lock of a killed sweep ends by
    itself.
    """
    with Path(service.files[0]).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"--service {service}: another sweep scales a service of {service.files[0]} now; wait until it has ended"
            ) from None
        yield
