"""
The server's description of a task queue tells who waits and who polls.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest
from metrics_worker import StartWorker
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest
from temporalio.client import Client

from loadtest.probe.task_queue import DescribedQueue
from loadtest.results.scrape import Backlog

pytestmark = pytest.mark.server


async def look_until(queue: DescribedQueue, fact: Any) -> Backlog:
    async with asyncio.timeout(20):
        while True:
            backlog = await queue.look()
            if backlog is not None and fact(backlog):
                return backlog
            await asyncio.sleep(0.2)


async def test_tasks_that_nobody_takes_are_the_backlog(client: Client, task_queue: str) -> None:
    """
    Started workflows without a worker wait as workflow tasks, and grow older.
    """
    for i in range(5):
        await client.start_workflow("Small", {}, id=f"{task_queue}-{i}", task_queue=task_queue)
    queue = DescribedQueue(client, task_queue)

    first = await look_until(queue, lambda b: b.workflow_tasks == 5)
    later = await look_until(queue, lambda b: b.age_seconds > first.age_seconds)

    assert (first.activity_tasks, later.workflow_tasks) == (0, 5)
    assert first.workflow_pollers == {}


async def test_every_worker_is_among_the_pollers_of_both_types(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Each worker is listed for workflow tasks and for activities with a poll after its start.
    """
    since = time.time()
    workers = [await start_worker(), await start_worker(), await start_worker()]
    wanted = {w.identity for w in workers}

    look = await look_until(
        DescribedQueue(client, task_queue),
        lambda b: wanted <= b.activity_pollers.keys() and wanted <= b.workflow_pollers.keys(),
    )

    assert all(look.activity_pollers[identity] >= since - 1 for identity in wanted)
    assert all(look.workflow_pollers[identity] >= since - 1 for identity in wanted)


async def test_a_single_poll_is_seen_on_any_partition(client: Client, task_queue: str) -> None:
    """
    Identities with one poll each are all listed, though most of them have met only one of the partitions.
    """
    wanted = {f"{task_queue}-{i}" for i in range(8)}
    polls = [
        asyncio.create_task(
            client.workflow_service.poll_activity_task_queue(
                PollActivityTaskQueueRequest(
                    namespace="default", task_queue=TaskQueue(name=task_queue), identity=identity
                ),
                timeout=timedelta(seconds=30),
            )
        )
        for identity in wanted
    ]

    look = await look_until(DescribedQueue(client, task_queue), lambda b: wanted <= b.activity_pollers.keys())
    for poll in polls:
        poll.cancel()

    assert look.activity_pollers.keys() == wanted


async def test_activities_wait_when_all_slots_are_taken(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    With four slots and more workflows, the surplus waits in the activity queue, not in the workflow queue.
    """
    await start_worker()
    for i in range(12):
        await client.start_workflow("Small", {"seconds": 4}, id=f"{task_queue}-{i}", task_queue=task_queue)

    look = await look_until(DescribedQueue(client, task_queue), lambda b: b.activity_tasks > 0)

    assert 0 < look.activity_tasks <= 8


async def test_a_server_that_is_gone_is_a_gap(client: Client, task_queue: str) -> None:
    """
    A look that fails twice is no look, and no error.
    """
    lost = await Client.connect(client.service_client.config.target_host, namespace="no-such-namespace")

    queue = DescribedQueue(lost, task_queue)

    assert await queue.look() is None
    assert queue.unanswered is not None
    assert queue.unanswered.startswith("NOT_FOUND: ")
