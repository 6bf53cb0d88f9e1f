"""
When are replicas ready: each of them polls both kinds of queue since its start.

It decides by who polls and ignores others, since a killed worker stays listed for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import replace

from loadtest.child import process_group
from loadtest.errors import MeasurementError, TargetError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import AskedWorkers, Queue
from loadtest.results.measured_step import Replica

# A server rounds last-access times; a poll this much before the noted start still counts as after it.
_CLOCK_SLACK_SECONDS = 1.0
# How much longer than the others a replica may take: this, and twice what the slowest of the others took.
SILENCE_SECONDS = 8.0
# Replicas that start together, and not one after another has ended.
_TOGETHER_SECONDS = 10.0

GroupOf = Callable[[int], int | None]


def missing(
    replicas: Sequence[Replica], pollers: Mapping[str, float], group_of: GroupOf = process_group
) -> tuple[str, ...]:
    """
    Return the identities of the replicas that do not poll since their start.

    A replica is known by its identity; by the identity that an SDK makes, ``<pid>@<host>`` with or without a suffix,
    where a process on this machine is any of its process group (a launcher has another pid than its worker) and a
    pod is its host name.  Workers that name themselves are known by being the only ones left: each replica that is
    not found takes one poller that belongs to none and has polled since the replica's start.

    Args:
        replicas: Those that must poll.
        pollers: Unix time of the last poll by identity.
        group_of: The process group of a pid.
    """
    found: set[str] = set()
    lost: list[Replica] = []
    for replica in replicas:
        own = {identity for identity in pollers if _is_of(replica, identity, group_of)}
        found |= own
        if not any(_since_start(replica, pollers[identity]) for identity in own):
            lost.append(replica)
    strangers = sorted((at for identity, at in pollers.items() if identity not in found), reverse=True)
    # The replica that started last has the fewest to choose from, and takes the one that polled last.
    lost.sort(key=lambda replica: replica.started_at, reverse=True)
    silent = []
    for replica in lost:
        if strangers and _since_start(replica, strangers[0]):
            strangers.pop(0)
        else:
            silent.append(replica.identity)
    return tuple(replica.identity for replica in replicas if replica.identity in silent)


def _since_start(replica: Replica, last_poll: float) -> bool:
    return last_poll >= replica.started_at - _CLOCK_SLACK_SECONDS


def _is_of(replica: Replica, identity: str, group_of: GroupOf) -> bool:
    if identity == replica.identity:
        return True
    process, _, host = identity.partition("@")
    if replica.pid is not None:
        return process.isdecimal() and (int(process) == replica.pid or group_of(int(process)) == replica.pid)
    return host == replica.identity or host.startswith(f"{replica.identity}@")


async def wait_until_polling(
    replicas: Sequence[Replica],
    queue: Queue,
    check_alive: Callable[[], Awaitable[None]],
    clock: Clock,
    timeout_seconds: float = 60.0,
    wants_activities: bool = True,
    workers: AskedWorkers | None = None,
) -> None:
    """
    Wait until each replica polls the workflow queue and the activity queue.

    One that stays silent while others that started with it poll is given less time than one of which nobody knows how
    long a start takes: the wait ends ``SILENCE_SECONDS`` and twice the others' own time after they polled.

    Args:
        replicas: Those that must poll.
        queue: The task queue under test.
        check_alive: Raises when one of them has ended.
        clock: Of the experiment.
        timeout_seconds: How long to wait at most.
        wants_activities: False for a worker that has no activities.
        workers: Asked which queue they poll instead; ``None`` asks nobody.

    Raises:
        TargetError: Some did not poll in time; names them, and the kind of task that they do not poll for.
    """
    began = clock.now()
    # None was started later, whatever a wall clock said that was set back since.
    replicas = [replace(replica, started_at=min(replica.started_at, began)) for replica in replicas]
    ready_after = 0.0
    ready: set[str] = set()
    while True:
        await check_alive()
        look = await queue.look()
        passed = clock.now() - began
        kinds: dict[str, set[str]] = {}
        if look is not None:
            kinds["workflow tasks"] = set(missing(replicas, look.workflow_pollers))
            if wants_activities:
                kinds["activities"] = set(missing(replicas, look.activity_pollers))
            late = set[str]().union(*kinds.values())
            if not late:
                return
            now_ready = {replica.identity for replica in replicas} - late
            if now_ready - ready:
                ready, ready_after = now_ready, passed
        patience = timeout_seconds
        if _started_with_others(replicas, ready):
            patience = min(timeout_seconds, ready_after + SILENCE_SECONDS + 2 * ready_after)
        if passed > patience:
            seen = "nothing could be asked" if look is None else f"{sorted(look.workflow_pollers)} do"
            raise TargetError(
                f"{_silence(kinds) or f'replicas {[r.identity for r in replicas]} may not poll the task queue'} after "
                f"{passed:.0f} s ({seen}); {await _remedy(workers, replicas)}"
            )
        await clock.sleep(0.2)


async def _remedy(workers: AskedWorkers | None, replicas: Sequence[Replica]) -> str:
    try:
        others = await workers.other_queues(replicas) if workers is not None else ()
    except MeasurementError as error:
        return f"check the worker's task queue and namespace, and its log ({error})"
    if not others:
        return "check the worker's task queue and namespace, and its log"
    return f"they poll {' and '.join(others)}: write task_queue = {json.dumps(others[0])}, or let them poll the plan's"


def _started_with_others(replicas: Sequence[Replica], ready: Set[str]) -> bool:
    """
    Tell whether a replica that polls started with those that do not: one that ran long before tells nothing of a start.
    """
    late = [replica.started_at for replica in replicas if replica.identity not in ready]
    return any(
        replica.started_at >= min(late) - _TOGETHER_SECONDS
        for replica in replicas
        if late and replica.identity in ready
    )


def _silence(kinds: Mapping[str, set[str]]) -> str:
    """
    Say who polls for nothing and who polls for one kind of task only.
    """
    if not kinds:
        return ""
    of_none = set.intersection(*kinds.values())
    told = [f"replicas {sorted(of_none)} do not poll the task queue"] if of_none else []
    told += [
        f"replicas {sorted(names - of_none)} do not poll the task queue for {kind}"
        for kind, names in kinds.items()
        if names - of_none
    ]
    return "; ".join(told)
