"""
Everything needed to repeat a run: versions, machine, commit, settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
