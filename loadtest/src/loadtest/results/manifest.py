"""
Everything needed to repeat a run: versions, machine, commit, settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What the name of a user's own scenario file stands behind among the versions; its version is a checksum.
OWN_SCENARIO = "scenario "


@dataclass(frozen=True, slots=True)
class Machine:
    """
    Where the sweep itself ran.

    Attributes:
        host, system, processor: Their names.
        cores: How many the machine has.
        memory_bytes: Likewise.
        load_average: Of the minute before the start.
        allowed_cores: Those that the sweep may use, where a container's limit or a set of cores leaves it fewer.
    """

    host: str
    system: str
    processor: str
    cores: int
    memory_bytes: int
    load_average: float
    allowed_cores: float | None = None

    @property
    def usable_cores(self) -> float:
        """
        Cores that the sweep may use.
        """
        return self.cores if self.allowed_cores is None else self.allowed_cores


@dataclass(frozen=True, slots=True)
class RunStart:
    """
    One start of a run: the first, or a later one by ``--resume``.

    Attributes:
        started_at: UTC, ISO 8601.
        command: The command line.
        versions: Distribution -> version, with python and the checksum of a user's own scenario.
        commit: Of the checkout, or ``None`` outside of one.
        machine: Where the sweep ran.
    """

    started_at: str
    command: tuple[str, ...]
    versions: Mapping[str, str]
    commit: str | None
    machine: Machine

    def difference(self, earlier: RunStart) -> str | None:
        """
        Say in what it is another start than an earlier one, ``None`` if numbers of both can stand together.
        """
        changed = [
            f"{name} {self.versions.get(name, 'none')} in place of {earlier.versions.get(name, 'none')}"
            for name in sorted({*self.versions, *earlier.versions})
            if self.versions.get(name) != earlier.versions.get(name)
        ]
        if self.commit != earlier.commit:
            changed.append(f"commit {_short(self.commit)} in place of {_short(earlier.commit)}")
        if (self.machine.host, self.machine.usable_cores) != (
            earlier.machine.host,
            earlier.machine.usable_cores,
        ):
            changed.append(f"machine {self.machine.host} in place of {earlier.machine.host}")
        return f"resumed at {self.started_at} with {', '.join(changed)}" if changed else None


def _short(commit: str | None) -> str:
    return "none" if commit is None else commit[:12] + ("+" if commit.endswith("+") else "")


@dataclass(frozen=True, slots=True)
class ProfileServer:
    """
    Where a profile of the user's Temporal configuration file led; its credentials are kept nowhere.

    Attributes:
        address: ``host:port`` of the server.
        namespace: Of the workflows there.
    """

    address: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    Everything needed to repeat a run.

    Attributes:
        run: Name of the run's folder.
        started_at: UTC, ISO 8601.
        finished_at: The same, or ``None`` while it runs or when it was interrupted.
        command: The command line.
        target: ``local``, ``kubernetes``, ``compose`` or ``address``.
        address: Of the Temporal server; of several, all with a comma between.
        namespace, task_queue: Where the workflows ran; of several namespaces, all with a comma between.
        server_version: As the server says, or ``None``; of several servers, each version once.
        seed: Of the schedule and of every order.
        versions: Distribution -> version; python and the server's too.
        machine: Where the sweep ran.
        commit: Of the checkout, with ``+`` if it had changes, or ``None`` outside of one.
        servers: Address or profile -> version of each server, where the run has several; ``None`` before it was reached.
        profiles: Where each profile led that the plan names.
        dynamic_config: The server's dynamic configuration where we set it.
        settings: Whatever else was set, e.g. the workers' environment; never a secret.
        notes: What a reader should know of the run as a whole.
        place: Where the run measures: name of each flag that said so -> its value; a resumed run takes it from here.
        directory: Working directory of the first start, which relative paths of a worker command mean.
        starts: Each start of the run, the first one included.
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
    servers: Mapping[str, str | None] = field(default_factory=dict)
    profiles: Mapping[str, ProfileServer] = field(default_factory=dict)
    dynamic_config: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    place: Mapping[str, str | int] | None = None
    directory: str | None = None
    starts: tuple[RunStart, ...] = ()

    def namespace_at(self, profile: object) -> str:
        """
        Return the namespace in which a step ran.

        Args:
            profile: That its cell named, or ``None``.
        """
        led = self.profiles.get(str(profile))
        return self.namespace if led is None else led.namespace
