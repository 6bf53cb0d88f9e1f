"""
What is known of a worker process that a step runs with, whoever wrote it: slots, pollers, eager activities, SDK.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """
    One worker process as it says itself; ``None`` is "not known", never zero.

    Attributes:
        replica: Identity of the replica that it is.
        source: ``heartbeat`` (what the server was told), ``page`` (the SDK's metrics) or ``None``.
        at: Unix time for which the numbers hold.
        identity: Its name among the pollers.
        sdk: Name and version of its SDK.
        activity_slots, workflow_slots: How many tasks it takes at a time; ``None`` also where it has no fixed number.
        activity_slots_used, workflow_slots_used: Those with a task in them.
        activity_pollers, workflow_pollers: Its polls in flight; of a step those for activities are the most that were seen.
        activities_taken, workflow_tasks_taken: Tasks that it has taken since its start.
        slot_supplier: Who gives out its activity slots, as its SDK calls it: ``Fixed``, ``ResourceBased`` or another.
        activity_polls_scale, workflow_polls_scale: Whether its SDK decides the number of polls by itself.
        cached_workflows: Workflows that it keeps in memory.
        eager: Whether an activity came in the reply to a workflow task.
        shows_main: Whether its page shows what the kit's ``main`` counts; ``None`` where nobody looked.
        first_beat:
            Whether it has sent no heartbeat but its first, which holds no numbers; the next one follows within 60 s.
        why: Why something is not known, and what would give it.
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
    first_beat: bool = False
    why: str | None = None


SlotNumber = Literal["activity_slots", "activity_slots_used", "workflow_slots", "workflow_slots_used"]


def total_slots(workers: Sequence[WorkerFacts], slots: SlotNumber) -> int | None:
    """
    Return slots of one kind of all workers together, ``None`` if those of one are not known or there is none.
    """
    known = [number for worker in workers if (number := getattr(worker, slots)) is not None]
    return sum(known) if known and len(known) == len(workers) else None


def activity_slots(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the activity slots of all workers together, ``None`` if those of one are not known or there is none.
    """
    return total_slots(workers, "activity_slots")


def workflow_slots(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the workflow-task slots of all workers together, ``None`` if those of one are not known or there is none.
    """
    return total_slots(workers, "workflow_slots")


def activity_slots_used(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the activity slots in use of all workers together, ``None`` if those of one are not known.
    """
    return total_slots(workers, "activity_slots_used")
