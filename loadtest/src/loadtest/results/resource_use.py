"""
What a step saw of the things that can limit a system: slots, polls, a queue's rate limit, the machine's cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QueueRateLimit:
    """
    How many activities per second the server hands out from the task queue, and who set that limit.

    Attributes:
        per_second: The limit in force, in activities per second.
        source: Who set the limit: ``api``, ``worker`` or ``system``.
        active: Whether it held a task back in the last 30 s; a server before 1.32 always says "no".
    """

    per_second: float
    source: str
    active: bool


@dataclass(frozen=True, slots=True)
class MachineTimes:
    """
    CPU time of the whole machine since its start, in seconds over all cores.

    Attributes:
        at: Unix time.
        cores: Number of cores of the machine.
        busy_seconds: Time used by any program.
        stolen_seconds: Time that this machine wanted and its host gave to another machine.
        own_seconds: Time used by this program and all that it started; ``None`` where a part runs elsewhere on the
            machine.
        other_seconds: Time used by programs that do not give way to those; ``None`` likewise.
    """

    at: float
    cores: int
    busy_seconds: float
    stolen_seconds: float
    own_seconds: float | None = None
    other_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class MachineUse:
    """
    Cores of the machine that were in use over a window.

    Attributes:
        cores: Number of cores of the machine.
        busy_cores: Mean number of cores that any program used.
        stolen_cores: Mean number of cores that this machine wanted and its host gave to another machine.
    """

    cores: int
    busy_cores: float
    stolen_cores: float


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """
    Means over a window's looks; ``None`` where no look could tell.

    Attributes:
        activity_slots, workflow_slots: Slots of all replicas together.
        activity_slots_used, workflow_slots_used: Slots of all replicas with a task in them.
        polls_out: Outstanding long polls of all replicas by kind: ``activity``, ``workflow``, ``sticky``.
        rate_limit: Rate limit of the task queue's activities, at the last look that told it.
        machine: Cores in use on the machine on which everything runs.
        worker_core_limit: Cores that the container of each replica may use, the least of all; ``None`` where one has no
            limit, or it is not known.
    """

    activity_slots: float | None = None
    workflow_slots: float | None = None
    activity_slots_used: float | None = None
    workflow_slots_used: float | None = None
    polls_out: Mapping[str, float] = field(default_factory=dict)
    rate_limit: QueueRateLimit | None = None
    machine: MachineUse | None = None
    worker_core_limit: float | None = None


def machine_use(before: MachineTimes | None, after: MachineTimes | None) -> MachineUse | None:
    """
    Return the cores in use between two looks; ``None`` where a look is missing.
    """
    if before is None or after is None or after.at <= before.at:
        return None
    seconds = after.at - before.at
    return MachineUse(
        after.cores,
        (after.busy_seconds - before.busy_seconds) / seconds,
        (after.stolen_seconds - before.stolen_seconds) / seconds,
    )
