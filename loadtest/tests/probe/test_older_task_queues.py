"""
A server that describes a task queue as older versions do tells the same backlog, or none: never an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import DescribeTaskQueueMode
from temporalio.api.taskqueue.v1 import (
    PollerInfo,
    TaskQueueStats,
    TaskQueueTypeInfo,
    TaskQueueVersionInfo,
)
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

from loadtest.probe.task_queue import DescribedQueue

_ENHANCED = DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED


class OlderServer:
    """
    Answers the plain call without a backlog, and the ``ENHANCED`` one with the numbers of each version, if asked.
    """

    namespace = "default"

    def __init__(self, versions: Mapping[str, int] | None) -> None:
        """
        Args:
            versions: Activities that wait, by version; ``None`` for a server that tells no numbers at all.
        """
        self._versions = versions
        self.workflow_service = self
        self.calls = 0

    async def describe_task_queue(
        self, asked: DescribeTaskQueueRequest, **_: Any
    ) -> DescribeTaskQueueResponse:
        self.calls += 1
        if asked.api_mode != _ENHANCED:
            return DescribeTaskQueueResponse(pollers=[PollerInfo(identity="a")])
        waiting = {"": 0} if self._versions is None else self._versions
        return DescribeTaskQueueResponse(
            versions_info={version: self._info(asked, number) for version, number in waiting.items()}
        )

    def _info(self, asked: DescribeTaskQueueRequest, number: int) -> TaskQueueVersionInfo:
        if self._versions is None or not asked.report_stats:
            return TaskQueueVersionInfo(
                types_info={kind: TaskQueueTypeInfo() for kind in asked.task_queue_types}
            )
        both = {}
        for kind, tasks in zip(asked.task_queue_types, (0, number), strict=True):
            stats = TaskQueueStats(approximate_backlog_count=tasks)
            stats.approximate_backlog_age.FromSeconds(tasks)
            both[kind] = TaskQueueTypeInfo(stats=stats)
        return TaskQueueVersionInfo(types_info=both)


@pytest.mark.parametrize(
    ("versions", "waiting", "oldest"),
    [({"": 7}, 7, 7.0), ({"": 7, "b1": 5}, 12, 7.0), (None, None, None)],
    ids=["one-version", "two-versions", "no-numbers"],
)
async def test_the_backlog_of_an_older_server(
    versions: Mapping[str, int] | None, waiting: int | None, oldest: float | None
) -> None:
    """
    The numbers of all versions are summed; where there are none the backlog is not known, and the look no gap.
    """
    queue = DescribedQueue(cast(Client, OlderServer(versions)), "orders")

    look = await queue.look()

    assert look is not None
    assert (look.activity_tasks, look.age_seconds) == (waiting, oldest)
    assert look.workflow_tasks == (None if waiting is None else 0)
    assert look.activity_pollers.keys() == {"a"}


async def test_an_older_server_is_asked_twice_once() -> None:
    """
    What a server does not tell in the plain call is asked for otherwise from the first look on.
    """
    server = OlderServer({"": 3})
    queue = DescribedQueue(cast(Client, server), "orders")

    await queue.look()
    first = server.calls
    await queue.look()

    assert (first, server.calls - first) == (6, 3)
