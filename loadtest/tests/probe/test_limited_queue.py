"""
A task queue's rate limit, set by API and taken away again.
"""

from __future__ import annotations

import pytest
from temporalio.client import Client

from loadtest.errors import TargetError
from loadtest.probe.queue_rate import limit_queue
from loadtest.probe.task_queue import DescribedQueue

pytestmark = pytest.mark.server


async def _limit_of(queue: DescribedQueue) -> tuple[float, str]:
    look = await queue.look()
    assert look is not None and look.rate_limit is not None
    return look.rate_limit.per_second, look.rate_limit.source


async def test_a_run_limits_the_queue_of_its_own_server(client: Client, task_queue: str) -> None:
    """And takes away what it set, so that a step without a limit has none."""
    queue = DescribedQueue(client, task_queue, of_run=True)
    before = await _limit_of(queue)

    await queue.limit_activities(None)
    await queue.limit_activities(20.0)
    limited = await _limit_of(queue)
    await queue.limit_activities(None)

    assert before[1] == "system"
    assert limited == (20.0, "api")
    assert await _limit_of(queue) == before


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
