"""
Which replicas live and do not work: seen again and again, they have room for tasks and ask for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.results.worker_facts import WorkerFacts

# A worker whose slots are full asks for nothing, and one whose poll has just come back has none out for a moment.
# With a look every two seconds, and a page that is waited for, a silent one is named within ten.
SILENT_SECONDS = 6.5
_FEWEST_LOOKS = 2


@dataclass(frozen=True, slots=True)
class PollingLook:
    """
    One look at one replica.

    Attributes:
        activity_pollers, workflow_pollers: Polls in flight.
        activity_slots_free, workflow_slots_free: Slots without a task; ``None`` where it does not say.
    """

    activity_pollers: int | None
    workflow_pollers: int | None
    activity_slots_free: int | None = None
    workflow_slots_free: int | None = None


def polling_look(facts: WorkerFacts) -> PollingLook:
    """
    Return what a worker's facts say of its polls.
    """
    return PollingLook(
        facts.activity_pollers,
        facts.workflow_pollers,
        _free(facts.activity_slots, facts.activity_slots_used),
        _free(facts.workflow_slots, facts.workflow_slots_used),
    )


def silence(
    identity: str,
    looks: Sequence[tuple[float, PollingLook | None]],
    wants_activities: bool = True,
    longest_seconds: float = SILENT_SECONDS,
) -> str | None:
    """
    Say that a replica was silent over so many seconds of looks in a row; ``None`` if it was not.

    Args:
        identity: Whose looks they are.
        looks: Unix time and what was seen; ``None`` is a look that failed, as of a process that was stopped.
        wants_activities: False for workers that have no activities.
        longest_seconds: From the last look at which all was well to the last in a row that are none too many.

    Returns:
        A reason that names the replica and what it does not ask for.
    """
    lost = _longest_run([(at, look is None) for at, look in looks])
    idle = {
        "activities": _longest_run(
            [
                (at, look is not None and _asks_for_nothing(look.activity_pollers, look.activity_slots_free))
                for at, look in looks
                if wants_activities
            ]
        ),
        "workflow tasks": _longest_run(
            [
                (at, look is not None and _asks_for_nothing(look.workflow_pollers, look.workflow_slots_free))
                for at, look in looks
            ]
        ),
    }
    kinds = [kind for kind, seconds in idle.items() if seconds >= longest_seconds]
    if kinds:
        seconds = max(idle[kind] for kind in kinds)
        return (
            f"replica {identity} lived and asked for no {' and no '.join(kinds)} for {seconds:.0f} s with "
            "slots free; see its log, mend that and measure again"
        )
    if lost >= longest_seconds:
        return f"replica {identity} did not answer for {lost:.0f} s in a row; see its log and whether it was stopped"
    return None


def _free(slots: int | None, used: int | None) -> int | None:
    return None if slots is None else slots - (used or 0)


def _asks_for_nothing(pollers: int | None, free: int | None) -> bool:
    return pollers == 0 and free is not None and free > 0


def _longest_run(facts: Sequence[tuple[float, bool]]) -> float:
    """
    Return the longest time since a fact was last not so, over at least two looks in a row at which it was.
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
