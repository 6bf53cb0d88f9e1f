"""
What a step saw of the things that can hold a system back: slots, polls, a queue's rate limit, the machine's cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QueueRateLimit:
    """
    How many activities a second the server hands out of the task queue, and who said so.

    Attributes:
        per_second: The limit in force.
        source: ``api``, ``worker`` or ``system``.
        active: Whether it held a task back in the last 30 s; a server before 1.32 says "no" always.
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
        cores: How many it has.
        busy_seconds: In use by anything.
        stolen_seconds: Wanted and given to another machine by the host.
        own_seconds: Used by this program and all that it started; ``None`` where a part runs elsewhere on the machine.
        other_seconds: Used by programs that do not give way to those; ``None`` likewise.
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
        cores: How many it has.
        busy_cores: In use by anything, in the mean.
        stolen_cores: Wanted and given to another machine by the host, in the mean.
    """

    cores: int
    busy_cores: float
    stolen_cores: float


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """
    Means over a window's looks; ``None`` where no look could tell.

    Attributes:
        activity_slots, workflow_slots: Slots of all replicas together.
        activity_slots_used, workflow_slots_used: Those with a task in them.
        polls_out: Outstanding long polls of all replicas by kind: ``activity``, ``workflow``, ``sticky``.
        rate_limit: Of the activities of the task queue, at the last look that said it.
        machine: Of the machine on which everything runs.
    """

    activity_slots: float | None = None
    workflow_slots: float | None = None
    activity_slots_used: float | None = None
    workflow_slots_used: float | None = None
    polls_out: Mapping[str, float] = field(default_factory=dict)
    rate_limit: QueueRateLimit | None = None
    machine: MachineUse | None = None


def machine_use(before: MachineTimes | None, after: MachineTimes | None) -> MachineUse | None:
    """
    Return the cores in use between two looks; ``None`` where one is missing.
    """
    if before is None or after is None or after.at <= before.at:
        return None
    seconds = after.at - before.at
    return MachineUse(
        after.cores,
        (after.busy_seconds - before.busy_seconds) / seconds,
        (after.stolen_seconds - before.stolen_seconds) / seconds,
    )
