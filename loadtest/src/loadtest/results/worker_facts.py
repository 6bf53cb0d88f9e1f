"""
What is known of a worker process in a step, whoever wrote the worker: slots, pollers, eager activities, SDK.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """
    What one worker process reports; ``None`` is "not known", never zero.

    Attributes:
        replica: Identity of the worker's replica.
        source: Source of the facts: ``heartbeat`` (kept by the server), ``page`` (the SDK's metrics) or ``None``.
        at: Unix time for which the numbers hold.
        identity: Identity of the worker among the pollers.
        sdk: Name and version of the worker's SDK.
        activity_slots, workflow_slots: Number of tasks that it takes at the same time; ``None`` also where it has no
            fixed number.
        activity_slots_used, workflow_slots_used: Slots with a task in them.
        activity_pollers, workflow_pollers: Number of its polls in flight; in a step's facts the most activity polls
            that were seen.
        activities_taken, workflow_tasks_taken: Number of tasks that it has taken since its start.
        slot_supplier: Kind of its supplier of activity slots, as the SDK names it: ``Fixed``, ``ResourceBased`` or
            another.
        activity_polls_scale, workflow_polls_scale: Whether its SDK decides the number of polls by itself.
        cached_workflows: Number of workflows that it keeps in memory.
        eager: Whether an activity came in the reply to a workflow task.
        shows_main: Whether its page shows what the kit's ``main`` counts; ``None`` where the page was not read.
        serves_sessions: Whether it serves sessions of the Go SDK, which tells of their slots and those of all other
            activities as one number.
        started_at: Unix time, by the worker's own clock, at which the newest of its processes' workers was started, as
            heartbeats tell it.
        processes: Number of processes that the replica is known to be, by heartbeats and pollers.
        group_size: Number of processes of its process group, launchers and helpers among them; ``None`` where it is not of
            this machine.
        shares_page: Whether several workers of one process write their activity slots to the same series of its page, which
            tells those of one.
        first_beat: Whether it has sent only its first heartbeat, which holds no numbers; the next one follows within 60
            s.
        why: Why something is not known, and what would make it known.
    """

    replica: str
    source: str | None = None
    at: float | None = None
    identity: str | None = None
    sdk: str | None = None
    activity_slots: int | None = None
    activity_slots_used: int | None = None
    workflow_slots: int | None = None
    workflow_slots_used: int | None = None
    activity_pollers: int | None = None
    workflow_pollers: int | None = None
    activities_taken: int | None = None
    workflow_tasks_taken: int | None = None
    slot_supplier: str | None = None
    activity_polls_scale: bool | None = None
    workflow_polls_scale: bool | None = None
    cached_workflows: int | None = None
    eager: bool | None = None
    shows_main: bool | None = None
    serves_sessions: bool = False
    started_at: float | None = None
    processes: int = 1
    group_size: int | None = None
    shares_page: bool = False
    first_beat: bool = False
    why: str | None = None


SlotNumber = Literal["activity_slots", "activity_slots_used", "workflow_slots", "workflow_slots_used"]


def total_slots(workers: Sequence[WorkerFacts], slots: SlotNumber) -> int | None:
    """
    Return the slots of one kind over all workers; ``None`` if those of any worker are not known or there is no worker.
    """
    known = [number for worker in workers if (number := getattr(worker, slots)) is not None]
    return sum(known) if known and len(known) == len(workers) else None


def activity_slots(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the activity slots of all workers; ``None`` if those of any worker are not known or there is no worker.
    """
    return total_slots(workers, "activity_slots")


def workflow_slots(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the workflow-task slots of all workers; ``None`` if those of any worker are not known or there is no worker.
    """
    return total_slots(workers, "workflow_slots")


def activity_slots_used(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the activity slots in use of all workers; ``None`` if those of any worker are not known.
    """
    return total_slots(workers, "activity_slots_used")


def has_tuner(worker: WorkerFacts) -> bool:
    """
    Tell whether a worker's activity slots are known to have no fixed number, as something gives them out one by one.
    """
    return worker.slot_supplier not in (None, "Fixed")
