"""
CPU and memory of containers, as their control group counts them.

It is read inside each container, where it is at the same place on every host; `docker stats` tells rates only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from loadtest.results.measured_step import ProcessUse
from loadtest.target.compose.docker_command import Docker, DockerError

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
