"""
A task queue's rate limit, set by API and taken away again.
"""

from __future__ import annotations

import pytest
from temporalio.client import Client

from loadtest.errors import TargetError
from loadtest.probe import task_queue as task_queue_module
from loadtest.probe.task_queue import DescribedQueue, limit_queue

pytestmark = pytest.mark.server


async def _limit_of(queue: DescribedQueue) -> tuple[float, str]:
    look = await queue.look()
    assert look is not None and look.rate_limit is not None
    return look.rate_limit.per_second, look.rate_limit.source


@pytest.mark.parametrize("per_second", [20.0, 33.3])
async def test_a_run_limits_the_queue_of_its_own_server(
    client: Client, task_queue: str, per_second: float
) -> None:
    """And takes away what it set, so that a step without a limit has none; it is in force when it is asked for next."""
    queue = DescribedQueue(client, task_queue, of_run=True)
    before = await _limit_of(queue)

    await queue.limit_activities(None)
    await queue.limit_activities(per_second)
    limited = await _limit_of(queue)
    await queue.limit_activities(None)

    assert before[1] == "system"
    assert limited == (pytest.approx(per_second), "api")
    assert await _limit_of(queue) == before


async def test_a_limit_that_does_not_come_into_force_is_told(
    client: Client, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server tells its partitions after its answer; a step that began before would have another limit."""

    async def not_set(*_: object) -> None:
        """Answers as a server whose partitions never hear of it."""

    monkeypatch.setattr(task_queue_module, "limit_queue", not_set)
    monkeypatch.setattr(task_queue_module, "_IN_FORCE_SECONDS", 0.2)

    with pytest.raises(
        TargetError, match=r"set to 20 activities/s, and the server did not follow for 0\.2 s"
    ):
        await DescribedQueue(client, task_queue, of_run=True).limit_activities(20.0)


async def test_somebody_elses_queue_is_left_as_it_is(client: Client, task_queue: str) -> None:
    """A limit there may protect what the activities call."""
    queue = DescribedQueue(client, task_queue)
    before = await _limit_of(queue)

    await queue.limit_activities(20.0)

    assert await _limit_of(queue) == before


async def test_a_refused_limit_is_told_with_the_plans_key(client: Client, task_queue: str) -> None:
    """A step that ran without it would be called after a limit that nobody set."""
    nowhere = Client(client.service_client, namespace="no-such-namespace")

    with pytest.raises(TargetError, match="queue_activities_per_second: .* cannot be set to 20 activities/s"):
        await limit_queue(nowhere, task_queue, 20.0)
