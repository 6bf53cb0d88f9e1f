"""
The task queue under test, as the server describes it: its backlog and its pollers; and the rate limit of its
activities, set by API, which counts in place of one that workers set.

It decides how the server is asked; others judge what a backlog or a missing poller means.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Sequence
from datetime import timedelta

from temporalio.api.enums.v1 import DescribeTaskQueueMode, RateLimitSource, TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, RateLimit, TaskQueue, TaskQueueStats, TaskQueueTypeInfo
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    UpdateTaskQueueConfigRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.errors import TargetError
from loadtest.probe.worker_versions import (
    idle_pollers,
    make_current,
    polled_versions,
    shares_of_new_workflows,
    version_to_make_current,
)
from loadtest.results.resource_use import QueueRateLimit
from loadtest.results.scrape import Backlog

_TIMEOUT = timedelta(seconds=5)
# A server passes a rate limit on within some tenths of a second.
_IN_FORCE_SECONDS = 10
_WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY


class DescribedQueue:
    """
    Looks at one task queue through ``DescribeTaskQueue``.

    One look makes three calls. The plain call, one for each type of task, sums the backlog over all partitions and
    versions, but lists only the pollers that the root partition has met. The older ``ENHANCED`` call lists the pollers
    of all partitions, but only of unversioned workers. The pollers are the union of both. A server before 1.27 tells
    the backlog by the ``ENHANCED`` call alone, and one before 1.25 not at all.

    Attributes:
        unanswered: Why the last look is a gap; ``None`` where it is none.
    """

    def __init__(self, client: Client, task_queue: str, *, of_run: bool = False) -> None:
        """
        Args:
            client: Client of the server and the namespace.
            task_queue: Name of the task queue.
            of_run: Whether the run started the server, so that its settings are the run's.
        """
        self._client = client
        self._task_queue = task_queue
        self._of_run = of_run
        self._is_limited = False  # whether this set a rate limit
        self._plain_tells = True  # whether the plain call has the backlog
        self.unanswered: str | None = None

    async def look(self) -> Backlog | None:
        """
        Look once; a failed look is retried once, and a second failure is a gap.
        """
        for _ in range(2):
            try:
                found = await self._look()
            except RPCError as error:
                self.unanswered = f"{error.status.name}: {error.message}"
            else:
                self.unanswered = None
                return found
        return None

    async def give_new_workflows(self, since: float) -> None:
        """
        Give new workflows to the version of those who have polled since a Unix time, on a server that the run started.

        Raises:
            TargetError: The server refuses.
        """
        if not self._of_run:
            return
        try:
            wanted = version_to_make_current(await self._describe(task_queue_type=_WORKFLOW), since)
        except RPCError as error:
            raise TargetError(f"the task queue's versions cannot be read ({error.message})") from error
        if wanted is not None:
            await make_current(self._client, wanted)

    async def limit_activities(self, per_second: float | None) -> None:
        """
        Set the rate limit of the queue's activities, on a server that the run started; ``None`` takes away what was set
        before.

        Raises:
            TargetError: The server refuses, or the limit is not in force in time.
        """
        # A limit is set again although it is the same, as the server may be another one since a restart.
        if self._of_run and (per_second is not None or self._is_limited):
            await limit_queue(self._client, self._task_queue, per_second)
            await self._until_in_force(per_second)
            self._is_limited = per_second is not None

    async def _until_in_force(self, per_second: float | None) -> None:
        """
        Wait until the queue follows its new rate limit, of which the server tells its partitions after its answer.
        """
        try:
            async with asyncio.timeout(_IN_FORCE_SECONDS):
                while True:
                    found = rate_limit(await self._describe(task_queue_type=_ACTIVITY))
                    if _is_limit(found, per_second):
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise TargetError(
                f"queue_activities_per_second: the rate limit of task queue {self._task_queue} was {change_text(per_second)}, "
                f"and the server did not follow for {_IN_FORCE_SECONDS} s"
            ) from None
        except RPCError as error:
            raise TargetError(f"the task queue's rate limit cannot be read ({error.message})") from error

    async def _look(self) -> Backlog:
        workflow, activity, pollers = await asyncio.gather(
            self._describe(task_queue_type=_WORKFLOW, report_stats=True),
            self._describe(task_queue_type=_ACTIVITY, report_stats=True),
            self._describe(
                api_mode=DescribeTaskQueueMode.DESCRIBE_TASK_QUEUE_MODE_ENHANCED,
                task_queue_types=[_WORKFLOW, _ACTIVITY],
                report_pollers=True,
                report_stats=not self._plain_tells,
            ),
        )
        if self._plain_tells and not activity.HasField("stats"):
            self._plain_tells = False
            return await self._look()
        types = [info.types_info for info in pollers.versions_info.values()]
        unversioned = [one.identity for t in types for one in t[_WORKFLOW].pollers]
        activities = _stats(activity, *(t[_ACTIVITY] for t in types))
        workflows = _stats(workflow, *(t[_WORKFLOW] for t in types))
        return Backlog(
            activity_tasks=_count(activities),
            workflow_tasks=_count(workflows),
            age_seconds=_oldest(activities + workflows),
            activity_pollers=_last_polls(activity.pollers, *(t[_ACTIVITY].pollers for t in types)),
            workflow_pollers=_last_polls(workflow.pollers, *(t[_WORKFLOW].pollers for t in types)),
            rate_limit=rate_limit(activity),
            idle=idle_pollers(workflow, unversioned),
            versions=polled_versions(workflow, unversioned),
            shares=shares_of_new_workflows(workflow),
        )

    async def _describe(self, **asked: object) -> DescribeTaskQueueResponse:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._task_queue),
            **asked,  # type: ignore[arg-type]  # protobuf's fields, one by one
        )
        return await self._client.workflow_service.describe_task_queue(request, timeout=_TIMEOUT)


_SOURCES = {
    RateLimitSource.RATE_LIMIT_SOURCE_API: "api",
    RateLimitSource.RATE_LIMIT_SOURCE_WORKER: "worker",
    RateLimitSource.RATE_LIMIT_SOURCE_SYSTEM: "system",
}


def rate_limit(described: DescribeTaskQueueResponse) -> QueueRateLimit | None:
    """
    Read the rate limit in force; ``None`` where the server does not tell it.
    """
    limit = described.effective_rate_limit
    source = _SOURCES.get(limit.rate_limit_source)
    if source is None:
        return None
    return QueueRateLimit(limit.requests_per_second, source, described.stats.rate_limiting_active)


def _is_limit(found: QueueRateLimit | None, per_second: float | None) -> bool:
    if found is None or found.source != "api":
        return per_second is None
    # The server keeps it in fewer digits.
    return per_second is not None and math.isclose(found.per_second, per_second, rel_tol=1e-5)


def _stats(plain: DescribeTaskQueueResponse, *versions: TaskQueueTypeInfo) -> list[TaskQueueStats]:
    """
    Return the numbers of the whole queue, else those of each version; none from a server that tells neither.
    """
    if plain.HasField("stats"):
        return [plain.stats]
    return [version.stats for version in versions if version.HasField("stats")]


def _count(told: Sequence[TaskQueueStats]) -> int | None:
    return sum(stats.approximate_backlog_count for stats in told) if told else None


def _oldest(told: Sequence[TaskQueueStats]) -> float | None:
    ages = (stats.approximate_backlog_age.ToTimedelta().total_seconds() for stats in told)
    return max(ages, default=None)


def _last_polls(*lists: Iterable[PollerInfo]) -> dict[str, float]:
    """
    Return the last poll of each identity over all lists.
    """
    last: dict[str, float] = {}
    for pollers in lists:
        for poller in pollers:
            at = poller.last_access_time.ToNanoseconds() / 1e9
            last[poller.identity] = max(at, last.get(poller.identity, at))
    return last


async def limit_queue(client: Client, task_queue: str, per_second: float | None) -> None:
    """
    Set the rate limit of a task queue's activities.

    Args:
        client: Client of the server and the namespace.
        task_queue: Name of the task queue.
        per_second: Activities per second; ``None`` takes the limit away.

    Raises:
        TargetError: The server refuses, as one before 1.29 does.
    """
    limit = None if per_second is None else RateLimit(requests_per_second=per_second)
    request = UpdateTaskQueueConfigRequest(
        namespace=client.namespace,
        identity=client.identity,
        task_queue=task_queue,
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        update_queue_rate_limit=UpdateTaskQueueConfigRequest.RateLimitUpdate(
            rate_limit=limit, reason="queue_activities_per_second of a load test's plan"
        ),
    )
    try:
        await client.workflow_service.update_task_queue_config(request, timeout=_TIMEOUT)
    except RPCError as error:
        raise TargetError(
            f"queue_activities_per_second: the rate limit of task queue {task_queue} cannot be {change_text(per_second)} "
            f"({error.message})"
        ) from error


def change_text(per_second: float | None) -> str:
    """
    Write what is done to a rate limit, as the end of a clause.
    """
    return "taken away" if per_second is None else f"set to {per_second:g} activities/s"
