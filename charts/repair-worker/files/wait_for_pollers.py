"""
Ask Temporal whether anybody polls the task queue, until one does or the time is up.
"""

import asyncio
import os
import sys
import time

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig


async def seen() -> list[str]:
    """
    Return who polls, or nobody when the time is up.
    """
    until = time.monotonic() + float(os.environ["TIMEOUT_SECONDS"])
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=os.environ["REPAIRSHOP_TASK_QUEUE"]),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    while True:
        reply = await client.workflow_service.describe_task_queue(request)
        if reply.pollers or time.monotonic() > until:
            return [poller.identity for poller in reply.pollers]
        await asyncio.sleep(1)


pollers = asyncio.run(seen())
queue = os.environ["REPAIRSHOP_TASK_QUEUE"]
sys.stdout.write(f"{queue}: polled by {', '.join(pollers) or 'nobody'}\n")
sys.stdout.flush()
# The SDK's threads may outlive the interpreter and crash its end.
os._exit(0 if pollers else 1)
