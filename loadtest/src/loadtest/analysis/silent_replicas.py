"""
Which replicas live and do not work: seen once a second, they have room for tasks and ask for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A worker whose slots are full asks for nothing, and one whose poll has just come back has none out for a moment.
SILENT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PollingLook:
    """
    One second's look at one replica.

    Attributes:
        activity_pollers, workflow_pollers: Polls in flight.
        activity_slots_free, workflow_slots_free: Slots without a task; ``None`` where it does not say.
    """

    activity_pollers: int | None
    workflow_pollers: int | None
    activity_slots_free: int | None = None
    workflow_slots_free: int | None = None


def silent_replicas(
    replicas: Sequence[str],
    looks: Sequence[Mapping[str, PollingLook | None]],
    wants_activities: bool = True,
    longest: int = SILENT_SECONDS,
) -> list[str]:
    """
    Return a reason for each replica that was silent for so many looks in a row, whatever the others did.

    Args:
        replicas: Identities of those that must work.
        looks:
            One mapping a second, by identity; ``None`` and an absent replica are a look that failed, as of a process
            that was stopped.
        wants_activities: False for workers that have no activities.
        longest: Seconds in a row that are none too many.

    Returns:
        Reasons in the order of the replicas; each names the replica and what it does not ask for.
    """
    reasons = []
    for identity in replicas:
        seen = [look.get(identity) for look in looks]
        lost = _longest_run([look is None for look in seen])
        idle_activity = wants_activities and _longest_run(
            [
                look is not None and _asks_for_nothing(look.activity_pollers, look.activity_slots_free)
                for look in seen
            ]
        )
        idle_workflow = _longest_run(
            [
                look is not None and _asks_for_nothing(look.workflow_pollers, look.workflow_slots_free)
                for look in seen
            ]
        )
        kinds = [
            kind
            for kind, seconds in (("activities", idle_activity), ("workflow tasks", idle_workflow))
            if seconds > longest
        ]
        if kinds:
            reasons.append(
                f"replica {identity} lived and asked for no {' and no '.join(kinds)} for more than {longest} s with "
                "slots free; see its log, mend that and measure again"
            )
        elif lost > longest:
            reasons.append(
                f"replica {identity} did not answer for {lost} s in a row; see its log and whether it was stopped"
            )
    return reasons


def _asks_for_nothing(pollers: int | None, free: int | None) -> bool:
    return pollers == 0 and free != 0 and free is not None


def _longest_run(facts: Sequence[bool]) -> int:
    longest = run = 0
    for fact in facts:
        run = run + 1 if fact else 0
        longest = max(longest, run)
    return longest
