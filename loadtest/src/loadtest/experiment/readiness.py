"""
When are replicas ready: every wanted identity polls both kinds of queue since its start.

It decides by sets of identities and ignores extra ones, since a killed worker stays listed for five minutes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from loadtest.errors import TargetError
from loadtest.experiment.ports import Queue
from loadtest.results.measured import Replica

# A server rounds last-access times; a poll this much before the noted start still counts as after it.
_CLOCK_SLACK_SECONDS = 1.0


def polls(replica: Replica, pollers: Mapping[str, float]) -> bool:
    """
    Tell whether a replica is among the pollers with an access after its start.

    A worker of the user's own has the identity that its SDK makes, ``<pid>@<host>`` with or
    without a suffix: a process on this machine is known by its pid, a pod by its host name,
    which is the pod's own.
    """
    earliest = replica.started_at - _CLOCK_SLACK_SECONDS
    return any(
        _is_of(replica, identity) and last_access >= earliest for identity, last_access in pollers.items()
    )


def _is_of(replica: Replica, identity: str) -> bool:
    if identity == replica.identity:
        return True
    if replica.pid is not None:
        return identity.startswith(f"{replica.pid}@")
    host = identity.partition("@")[2]
    return host == replica.identity or host.startswith(f"{replica.identity}@")


def missing(replicas: Sequence[Replica], pollers: Mapping[str, float]) -> tuple[str, ...]:
    """
    Return the identities that do not poll yet.
    """
    return tuple(replica.identity for replica in replicas if not polls(replica, pollers))


async def wait_until_polling(
    replicas: Sequence[Replica],
    queue: Queue,
    check_alive: Callable[[], Awaitable[None]],
    timeout_seconds: float = 60.0,
    wants_activities: bool = True,
) -> None:
    """
    Wait until each replica polls the workflow queue and the activity queue.

    Args:
        replicas: Those that must poll.
        queue: The task queue under test.
        check_alive: Raises when one of them has ended.
        timeout_seconds: How long to wait.
        wants_activities: False for a worker that has no activities.

    Raises:
        TargetError: Some did not poll in time; names them.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        await check_alive()
        look = await queue.look()
        if look is not None:
            late = set(missing(replicas, look.workflow_pollers))
            if wants_activities:
                late |= set(missing(replicas, look.activity_pollers))
            if not late:
                return
        if time.monotonic() > deadline:
            seen = "nothing could be asked" if look is None else f"{sorted(look.workflow_pollers)} do"
            raise TargetError(
                f"replicas {sorted(late) if look else [r.identity for r in replicas]} do not poll the task queue after "
                f"{timeout_seconds:g} s ({seen}); check the worker's task queue and namespace"
            )
        await asyncio.sleep(0.2)
