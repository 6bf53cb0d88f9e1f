"""
The rate limit of a task queue's activities, set by API: it counts in place of one that workers set.

It decides how the server is asked; whose queues may be limited is for others to know.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import RateLimit
from temporalio.api.workflowservice.v1 import UpdateTaskQueueConfigRequest
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.errors import TargetError

_TIMEOUT = timedelta(seconds=5)


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
