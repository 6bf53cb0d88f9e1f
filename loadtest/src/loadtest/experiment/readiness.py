"""
When replicas are ready: each of them has polled both kinds of queue since its start.

It decides by who polls and ignores unknown pollers, as a killed worker stays listed for five minutes.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType

from loadtest.child import process_group
from loadtest.errors import MeasurementError, TargetError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import AskedWorkers, Queue
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog

# A replica may take longer than the others by this, and by twice the time of the slowest of the others.
SILENCE_SECONDS = 8.0
# Replicas whose starts are at most this far apart started together, and not one after another had ended.
_TOGETHER_SECONDS = 10.0

GroupOf = Callable[[int], int | None]


def missing(
    replicas: Sequence[Replica],
    pollers: Mapping[str, float],
    group_of: GroupOf = process_group,
    names: Mapping[str, Set[str]] = MappingProxyType({}),
) -> tuple[str, ...]:
    """
    Return the identities of the replicas that have not polled since their start.

    A replica is recognized by its identity, or by the identity that an SDK makes, ``<pid>@<host>`` with or without a
    suffix. There the pid on this machine may be any of the replica's process group (a launcher has another pid than its
    worker), and the host is the name of a pod. Workers that name themselves are recognized because only they are left:
    each replica that was not found takes one poller that belongs to no other and has polled since the replica's start.

    Args:
        replicas: Replicas that must poll.
        pollers: Unix time of the last poll by identity.
        group_of: Returns the process group of a pid.
        names: What the workers of a replica call themselves, by the replica's identity, as far as heartbeats tell it;
            several replicas may have one name.
    """
    found: set[str] = set()
    lost: list[Replica] = []
    for replica in replicas:
        named = names.get(replica.identity, ())
        own = {one for one in pollers if one in named or is_of(replica, one, group_of)}
        found |= own
        if not any(replica.ran_at(pollers[identity]) for identity in own):
            lost.append(replica)
    strangers = sorted((at for identity, at in pollers.items() if identity not in found), reverse=True)
    # The replica that started last has the fewest pollers to choose from, so it takes the one that polled last.
    lost.sort(key=lambda replica: replica.started_at, reverse=True)
    silent = []
    for replica in lost:
        if strangers and replica.ran_at(strangers[0]):
            strangers.pop(0)
        else:
            silent.append(replica.identity)
    return tuple(replica.identity for replica in replicas if replica.identity in silent)


def _polled_since(replicas: Sequence[Replica], look: Backlog) -> list[str]:
    """
    Return the pollers for workflow tasks that have polled since the first of the replicas started.
    """
    return [
        one for one, at in look.workflow_pollers.items() if any(replica.ran_at(at) for replica in replicas)
    ]


def why_idle(replicas: Sequence[Replica], look: Backlog) -> str | None:
    """
    Return why new workflows reach none of the replicas; ``None`` where they reach one, or where that is not known.

    A worker that ended before the replicas' start stays listed for minutes, and its version says nothing of theirs.
    """
    polled = _polled_since(replicas, look)
    idle = [look.idle[one] for one in polled if one in look.idle]
    return idle[0] if idle and len(idle) == len(polled) else None


def why_mixed(replicas: Sequence[Replica], look: Backlog, group_of: GroupOf = process_group) -> str | None:
    """
    Return why workers of several versions are not measured as one; ``None`` where the replicas' workers that have polled
    since their start are of one version, as far as their names tell whose they are.
    """
    versions = sorted(versions_of(replicas, look, group_of))
    if len(versions) < 2:
        return None
    return (
        f"the replicas' workers are {' and '.join(versions)}: new workflows go to one version, or in parts to two, so slots and "
        "replicas would be counted that have no part in the work; let all of them be of one version"
    )


def versions_of(
    replicas: Sequence[Replica], look: Backlog, group_of: GroupOf = process_group
) -> frozenset[str]:
    """
    Return the versions of the replicas' workers that have polled since their start, as far as names tell whose they are.
    """
    return look.versions_polled(
        lambda identity, at: any(
            replica.ran_at(at) and is_of(replica, identity, group_of) for replica in replicas
        )
    )


def is_of(replica: Replica, identity: str, group_of: GroupOf) -> bool:
    """
    Tell whether a poller is a replica's, by the name that the run or the SDK gave it.
    """
    if identity == replica.identity:
        return True
    process, _, host = identity.partition("@")
    if replica.pid is not None:
        return process.isdecimal() and (int(process) == replica.pid or group_of(int(process)) == replica.pid)
    return replica.is_host(host.partition("@")[0])


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

    Where nobody knows how long a start takes, a silent replica gets the whole timeout. Where others that started with
    it already poll, the wait ends ``SILENCE_SECONDS`` and twice the others' own time after they polled.

    Args:
        replicas: Replicas that must poll.
        queue: The task queue under test.
        check_alive: Raises when a replica has ended.
        clock: Clock of the experiment.
        timeout_seconds: Longest time to wait.
        wants_activities: False for a worker that has no activities.
        workers: Asked which queue they poll instead; ``None`` asks nobody.

    Raises:
        TargetError: Some did not poll in time; the error names them, and the kind of task that they do not poll for. Or
            the run's own server gives their version no workflows, or they are of several versions.
    """
    began = clock.now()
    # None was started later, whatever a wall clock said that was set back since.
    replicas = [replace(replica, started_at=min(replica.started_at, began)) for replica in replicas]
    ready_after = 0.0
    ready: set[str] = set()
    last: Backlog | None = None
    kinds: dict[str, set[str]] = {}
    while True:
        await check_alive()
        look = await queue.look()
        last = look or last
        passed = clock.now() - began
        if look is not None:
            kinds = _late(replicas, look, {}, wants_activities=wants_activities)
            if any(kinds.values()) and workers is not None and _some_named_themselves(replicas, look):
                names = await _names(workers, replicas)
                kinds = _late(replicas, look, names, wants_activities=wants_activities)
            late = set[str]().union(*kinds.values())
            if not late:
                if (mixed := why_mixed(replicas, look)) is not None:
                    raise TargetError(mixed)
                await queue.give_new_workflows(min(replica.started_at for replica in replicas))
                return
            now_ready = {replica.identity for replica in replicas} - late
            if now_ready - ready:
                ready, ready_after = now_ready, passed
        patience = timeout_seconds
        if _started_with_others(replicas, ready):
            patience = min(timeout_seconds, ready_after + SILENCE_SECONDS + 2 * ready_after)
        if passed > patience and last is None:
            raise TargetError(
                f"whether the workers poll the task queue is not known: the server has not described it for {passed:.0f} s "
                f"({queue.unanswered}); mend that, as a run needs DescribeTaskQueue"
            )
        if passed > patience and last is not None:
            # One that others that started with it have left behind is not slow to start.
            is_slow = patience == timeout_seconds
            longer = (
                f"; a slow start is waited for by --set waits.polling_seconds={_longer(timeout_seconds):g}"
                if is_slow
                else ""
            )
            raise TargetError(
                f"{_silence(kinds)} after {passed:.0f} s ({sorted(last.workflow_pollers)} do); {await _remedy(workers, replicas, kinds, last)}{longer}"
            )
        await clock.sleep(0.2)


def _late(
    replicas: Sequence[Replica], look: Backlog, names: Mapping[str, Set[str]], *, wants_activities: bool
) -> dict[str, set[str]]:
    kinds = {"workflow tasks": look.workflow_pollers}
    if wants_activities:
        kinds["activities"] = look.activity_pollers
    return {kind: set(missing(replicas, pollers, names=names)) for kind, pollers in kinds.items()}


def _some_named_themselves(replicas: Sequence[Replica], look: Backlog) -> bool:
    pollers = {**look.workflow_pollers, **look.activity_pollers}
    return any(not any(is_of(replica, one, process_group) for replica in replicas) for one in pollers)


async def _names(workers: AskedWorkers, replicas: Sequence[Replica]) -> Mapping[str, Set[str]]:
    try:
        return await workers.names(replicas)
    except MeasurementError:
        return {}


async def _remedy(
    workers: AskedWorkers | None, replicas: Sequence[Replica], kinds: Mapping[str, Set[str]], look: Backlog
) -> str:
    try:
        others = await workers.other_queues(replicas) if workers is not None else ()
    except MeasurementError as error:
        return f"check the worker's task queue and namespace, and its log ({error})"
    polled = f"they poll {' and '.join(others)}" if others else ""
    silent = [kind for kind, names in kinds.items() if len(names) == len(replicas)]
    if silent == ["activities"] and not kinds["workflow tasks"]:
        return (
            f"where their workflows' activities are of another task queue{f' ({polled})' if polled else ''}, or local ones, write 0 "
            "as the scenario's ACTIVITIES_PER_WORKFLOW; else let them register activities"
        )
    if silent == ["workflow tasks"] and "activities" in kinds:
        return (
            f"a run measures the workers of its workflows: let them register the workflow{f' ({polled} too)' if polled else ''}, or "
            "have one command start the workers for both"
        )
    if not others and (name := _shared_name(replicas, kinds, look)) is not None:
        return (
            f"{name} may be several of them, as workers in containers on the host's network call themselves alike: give each "
            "a name of its own (`docker run --hostname`, or the SDK's identity), or check its log"
        )
    if not others:
        return "check the worker's task queue and namespace, and its log"
    return f"{polled}: write task_queue = {json.dumps(others[0])}, or let them poll the plan's"


def _shared_name(replicas: Sequence[Replica], kinds: Mapping[str, Set[str]], look: Backlog) -> str | None:
    """
    Return the name of a poller that no process of this machine has, where it stands for one replica and the others are
    silent.
    """
    unknown = [
        one
        for one in _polled_since(replicas, look)
        if not any(is_of(replica, one, process_group) for replica in replicas)
    ]
    is_alike = len(unknown) == 1 and len(kinds["workflow tasks"]) == len(replicas) - 1 > 0
    return unknown[0] if is_alike else None


def _longer(seconds: float) -> float:
    # Not beyond what a plan takes.
    return min(2 * seconds, 3600.0)


def _started_with_others(replicas: Sequence[Replica], ready: Set[str]) -> bool:
    """
    Tell whether a polling replica started together with the silent ones: one that started long before tells nothing of
    a start.
    """
    late = [replica.started_at for replica in replicas if replica.identity not in ready]
    return any(
        replica.started_at >= min(late) - _TOGETHER_SECONDS
        for replica in replicas
        if late and replica.identity in ready
    )


def _silence(kinds: Mapping[str, set[str]]) -> str:
    """
    Say which replicas do not poll at all and which poll for one kind of task only.
    """
    of_none = set.intersection(*kinds.values())
    told = [f"replicas {sorted(of_none)} do not poll the task queue"] if of_none else []
    told += [
        f"replicas {sorted(names - of_none)} do not poll the task queue for {kind}"
        for kind, names in kinds.items()
        if names - of_none
    ]
    return "; ".join(told)
