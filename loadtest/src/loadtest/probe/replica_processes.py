"""
How many worker processes a replica of this machine is: a launcher may start several, of which one has the page.

It decides by who polls; a process of the group that never polled is a launcher or a helper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from loadtest.child import process_group
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog
from loadtest.results.worker_facts import WorkerFacts

_OF_SOME = (
    "its slots are not known: it is {processes} processes, and heartbeats tell the slots of {told}; let the SDK of each send "
    "heartbeats every 5 s"
)


def polling_processes(
    replicas: Iterable[Replica],
    look: Backlog,
    group_of: Callable[[int], int | None] = process_group,
) -> Mapping[str, int]:
    """
    Return how many processes of each replica have polled since its start and live, by the replica's identity.

    Several workers of one process have one identity, and a process that has ended has no group.

    Args:
        replicas: Replicas; those of other machines are left out.
        look: The task queue with its pollers.
        group_of: Returns the process group of a pid.
    """
    polls = [*look.workflow_pollers.items(), *look.activity_pollers.items()]
    found: dict[str, int] = {}
    for replica in replicas:
        names = {
            identity.partition("@")[0] for identity, at in polls if "@" in identity and replica.ran_at(at)
        }
        if replica.pid is not None:
            mine = {int(name) for name in names if name.isdecimal() and group_of(int(name)) == replica.pid}
            found[replica.identity] = len(mine)
    return found


def without_page(page: WorkerFacts, processes: int) -> WorkerFacts:
    """
    Return what the page of one of several processes tells of the replica: nothing that is a number.
    """
    return WorkerFacts(
        page.replica,
        eager=page.eager,
        shows_main=page.shows_main,
        processes=processes,
        why=_OF_SOME.format(processes=processes, told="none"),
    )


def told_in_part(told: WorkerFacts, beats: int, processes: int) -> WorkerFacts:
    """
    Return the facts of heartbeats without their slots where they are of fewer processes than polled.

    Args:
        told: Facts of the heartbeats.
        beats: Number of processes that sent them.
        processes: Number of processes of the replica.
    """
    if beats >= processes:
        return told
    why = _OF_SOME.format(processes=processes, told=beats)
    return replace(told, activity_slots=None, workflow_slots=None, why=why)


def may_be_several(replicas: Sequence[Replica], sizes: Mapping[int, int]) -> bool:
    """
    Tell whether a replica's process group has more processes than one.

    Args:
        replicas: Replicas.
        sizes: Number of processes of each process group.
    """
    return any(replica.pid is not None and sizes.get(replica.pid, 0) > 1 for replica in replicas)
