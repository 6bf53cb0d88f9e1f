"""
Everything needed to repeat a run: versions, machine, commit, settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Prefix of the name of a user's own scenario file among the versions; its version is a checksum.
OWN_SCENARIO = "scenario "


@dataclass(frozen=True, slots=True)
class Machine:
    """
    The machine on which the sweep itself ran.

    Attributes:
        host, system, processor: Names of the host, of its operating system and of its processor.
        cores: Number of cores of the machine.
        memory_bytes: Memory of the machine.
        load_average: Load average of the minute before the start.
        allowed_cores: Cores that the sweep may use, where a container's limit or a set of cores leaves it fewer.
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
        started_at: UTC time of the start, ISO 8601.
        command: The command line.
        versions: Version by distribution, with python and the checksum of a user's own scenario.
        commit: Commit of the checkout, or ``None`` outside of a checkout.
        machine: Machine on which the sweep ran.
    """

    started_at: str
    command: tuple[str, ...]
    versions: Mapping[str, str]
    commit: str | None
    machine: Machine

    def difference(self, earlier: RunStart) -> str | None:
        """
        Say in what this start differs from an earlier one; ``None`` if numbers of both can be used together.
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
    Where a profile of the user's Temporal configuration file led; its credentials are not kept.

    Attributes:
        address: ``host:port`` of the server.
        namespace: Namespace of the workflows on that server.
    """

    address: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    Everything needed to repeat a run.

    Attributes:
        run: Name of the run's folder.
        started_at: UTC time of the start, ISO 8601.
        finished_at: UTC time of the end, or ``None`` while the run goes on or when it was interrupted.
        command: The command line.
        target: ``local``, ``kubernetes``, ``compose`` or ``address``.
        address: Address of the Temporal server; addresses of several servers, with commas between.
        namespace, task_queue: Namespace and task queue of the workflows; several namespaces with commas between.
        server_version: Version that the server reports, or ``None``; of several servers, each version once.
        seed: Seed of the schedule and of every order's draws.
        versions: Version by distribution, with those of python and the server.
        machine: Machine on which the sweep ran.
        commit: Commit of the checkout, with ``+`` if it had changes, or ``None`` outside of a checkout.
        servers: Version of each server by address or profile, where the run has several; ``None`` before the server was
            reached.
        profiles: Server to which each profile led that the plan names.
        dynamic_config: Dynamic configuration that the kit set on the server.
        settings: All other settings, such as the workers' environment; never a secret.
        notes: Notes for the reader on the run as a whole.
        place: Where the run measures: the value of each flag that says so, by the flag's name; a resumed run takes it
            from here.
        directory: Working directory of the first start; relative paths of a worker command start there.
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
            profile: Profile that the step's cell named, or ``None``.
        """
        led = self.profiles.get(str(profile))
        return self.namespace if led is None else led.namespace
