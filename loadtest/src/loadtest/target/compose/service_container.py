"""
What Docker tells of one container of a service, the replica that the container is, and what containers used.

CPU and memory are read inside each container, where its control group is at the same place on every host; `docker stats`
tells rates only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loadtest.errors import InputError
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.target.compose.docker_command import Docker, DockerError

LABEL = "com.docker.compose"


@dataclass(frozen=True, slots=True)
class Container:
    """
    One container, as inspected.

    Attributes:
        id: Full id of the container.
        name: Name of the container without the slash.
        hostname: Host name of the container, which an SDK uses to name the worker in it.
        running: Whether it runs now and is not about to be restarted.
        exit_code: Exit code of its last end.
        started_at: Unix time of its last start.
        restarts: How often Docker has restarted it.
        labels: Labels of the container and of its image.
        published: Port of the host by TCP port of the container, for those that are published.
        core_limit: Cores that it may use; ``None`` where nothing limits them.
    """

    id: str
    name: str
    hostname: str
    running: bool
    exit_code: int
    started_at: float
    restarts: int
    labels: Mapping[str, str]
    published: Mapping[int, int]
    core_limit: float | None = None

    def replica(self, metrics_port: int | None) -> Replica:
        """
        Return the container as a replica; its page is on the host's port, as nothing else leads into a container on
        every machine.

        Args:
            metrics_port: TCP port of its page inside the container; ``None`` takes the only one that is published.
        """
        port = self.metrics_port(metrics_port)
        host = self.published.get(port) if port is not None else None
        url = None if host is None else f"http://127.0.0.1:{host}/metrics"
        return Replica(self.hostname, url, None, self.started_at, core_limit=self.core_limit)

    def metrics_port(self, wanted: int | None) -> int | None:
        """
        Return the port of its page inside, ``None`` where several are published and the user named none.
        """
        if wanted is not None:
            return wanted
        return next(iter(self.published)) if len(self.published) == 1 else None


def container_of(inspected: Mapping[str, Any]) -> Container:
    """
    Read one element of ``docker inspect``.
    """
    state, config = inspected["State"], inspected["Config"]
    published: dict[int, int] = {}
    for port, bindings in (inspected["NetworkSettings"]["Ports"] or {}).items():
        number, _, protocol = port.partition("/")
        if protocol == "tcp" and bindings:
            published[int(number)] = int(bindings[0]["HostPort"])
    return Container(
        id=inspected["Id"],
        name=inspected["Name"].removeprefix("/"),
        hostname=config["Hostname"],
        running=state["Running"] and not state.get("Restarting", False),
        exit_code=state["ExitCode"],
        started_at=datetime.fromisoformat(state["StartedAt"]).timestamp(),
        restarts=inspected.get("RestartCount", 0),
        labels=config["Labels"] or {},
        published=published,
        core_limit=_core_limit(inspected["HostConfig"]),
    )


def _core_limit(host: Mapping[str, Any]) -> float | None:
    """
    Read ``cpus``, or ``cpu_quota`` of a ``cpu_period`` in microseconds, which Docker leaves at 0 where it is the kernel's.
    """
    if host.get("NanoCpus"):
        return float(host["NanoCpus"]) / 1e9
    if (quota := host.get("CpuQuota") or 0) > 0:
        return float(quota) / float(host.get("CpuPeriod") or 100_000)
    return None


def parse_metrics_port(text: str | None) -> int | None:
    """
    Read ``--worker-metrics-port`` of a compose service.

    Raises:
        InputError: The text is no port number.
    """
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise InputError(
            f"--worker-metrics-port {text}: ports of a compose service have numbers from 1 to 65535 and no names; "
            "write the one inside the container"
        )
    return int(text)


# Of control groups version 2, then of version 1: a container has one or the other.
_FILES = ("cpu.stat", "memory.stat", "cpuacct/cpuacct.usage", "memory/memory.stat")
_SECONDS = 10.0


async def use_of(docker: Docker, ids: Sequence[str], what: str) -> ProcessUse:
    """
    Return CPU seconds since their start and memory of some containers together, or why they are not known.

    Args:
        docker: Docker's command line.
        ids: Ids of the containers.
        what: Name of the containers for the reason, such as ``worker``.
    """
    if not ids:
        return ProcessUse(None, None, f"there is no container of {what}")
    pages = await asyncio.gather(*(_pages(docker, one) for one in ids))
    uses = [control_group_use(page) for page in pages]
    known = [use for use in uses if use is not None]
    if len(known) < len(uses):
        return ProcessUse(None, None, f"a container of {what} does not let its control group be read")
    return ProcessUse(sum(cpu for cpu, _ in known), sum(memory for _, memory in known))


async def _pages(docker: Docker, one: str) -> str:
    try:
        return await docker(["exec", one, "cat", *(f"/sys/fs/cgroup/{file}" for file in _FILES)], _SECONDS)
    except DockerError as error:
        # `cat` complains of the files of the other version, and prints those that are there.
        return error.printed


def control_group_use(printed: str) -> tuple[float, int] | None:
    """
    Read CPU seconds and resident bytes from a control group's files, ``None`` where either is missing.
    """
    cpu: float | None = None
    memory: int | None = None
    for line in printed.splitlines():
        name, _, value = line.strip().partition(" ")
        if name == "usage_usec":
            cpu = int(value) / 1e6
        elif name.isdecimal() and not value:
            cpu = int(name) / 1e9
        elif name in ("anon", "rss"):
            memory = int(value)
    return None if cpu is None or memory is None else (cpu, memory)
