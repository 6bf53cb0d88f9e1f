"""
Which replicas live but do not work: look after look they have room for tasks and ask for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from loadtest.results.worker_facts import WorkerFacts

# A worker with full slots asks for nothing; a worker whose poll has just come back has none out for a moment; and a
# worker with a rate limit of its own has none out most of the time, though it takes tasks all the time. With a look
# every two seconds, and time to wait for a page, a silent worker is named within ten seconds.
SILENT_SECONDS = 6.5
_FEWEST_LOOKS = 2


@dataclass(frozen=True, slots=True)
class KindLook:
    """
    One look at the polls and slots of one replica for one kind of task; ``None`` where the replica does not tell.

    Attributes:
        pollers: Polls in flight.
        slots_free: Slots without a task.
        taken: Tasks taken since the replica's start.
    """

    pollers: int | None = None
    slots_free: int | None = None
    taken: int | None = None

    @property
    def asks_for_nothing(self) -> bool:
        """
        Whether it has room for a task and no poll out.
        """
        return self.pollers == 0 and self.slots_free is not None and self.slots_free > 0

    def has_taken_since(self, before: KindLook) -> bool:
        """
        Tell whether it took a task after an earlier look.
        """
        return self.taken is not None and before.taken is not None and self.taken > before.taken


@dataclass(frozen=True, slots=True)
class PollingLook:
    """
    One look at one replica.

    Attributes:
        activity, workflow: Polls and slots for the two kinds of tasks.
    """

    activity: KindLook
    workflow: KindLook


def polling_look(facts: WorkerFacts) -> PollingLook:
    """
    Return what a worker's facts say of its polls.
    """
    return PollingLook(
        KindLook(
            facts.activity_pollers,
            _free(facts.activity_slots, facts.activity_slots_used),
            facts.activities_taken,
        ),
        KindLook(
            facts.workflow_pollers,
            _free(facts.workflow_slots, facts.workflow_slots_used),
            facts.workflow_tasks_taken,
        ),
    )


def why_silent(
    identity: str,
    looks: Sequence[tuple[float, PollingLook | None]],
    wants_activities: bool = True,
) -> str | None:
    """
    Say that a replica was silent for ``SILENT_SECONDS`` or more, over looks in a row; ``None`` if it was not.

    Args:
        identity: Identity of the replica.
        looks: Unix time and what was seen; ``None`` is a look that failed, as when the process was stopped.
        wants_activities: False for workers that have no activities.

    Returns:
        A reason that names the replica and what it does not ask for.
    """
    lost = _longest_run([(at, look is None) for at, look in looks])
    idle = {
        "activities": _longest_run(
            _idle_looks([(at, None if look is None else look.activity) for at, look in looks])
            if wants_activities
            else ()
        ),
        "workflow tasks": _longest_run(
            _idle_looks([(at, None if look is None else look.workflow) for at, look in looks])
        ),
    }
    kinds = [kind for kind, seconds in idle.items() if seconds >= SILENT_SECONDS]
    if kinds:
        seconds = max(idle[kind] for kind in kinds)
        return (
            f"replica {identity} lived and asked for no {' and no '.join(kinds)} for {seconds:.0f} s with "
            "slots free; see its log, mend that and measure again"
        )
    if lost >= SILENT_SECONDS:
        return f"replica {identity} did not answer for {lost:.0f} s in a row; see its log and whether it was stopped"
    return None


def _free(slots: int | None, used: int | None) -> int | None:
    return None if slots is None else slots - (used or 0)


def _idle_looks(looks: Sequence[tuple[float, KindLook | None]]) -> Iterator[tuple[float, bool]]:
    """
    Yield when each look was and whether the replica asked for nothing; a replica that took a task later was well at the
    look before.

    A look that failed tells neither that the replica asked nor that it did not.
    """
    known: tuple[float, KindLook] | None = None
    for at, look in looks:
        if look is None:
            continue
        is_idle = look.asks_for_nothing
        if known is not None and is_idle and look.has_taken_since(known[1]):
            yield known[0], False
        else:
            yield at, is_idle
        known = at, look


def _longest_run(facts: Iterable[tuple[float, bool]]) -> float:
    """
    Return the longest time for which a fact held, counted from the last look without it, over at least two looks in a
    row.
    """
    longest, since, looks = 0.0, None, 0
    for at, fact in facts:
        if not fact:
            since, looks = at, 0
            continue
        since, looks = at if since is None else since, looks + 1
        if looks >= _FEWEST_LOOKS:
            longest = max(longest, at - since)
    return longest
