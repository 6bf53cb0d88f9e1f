"""
Orders that close as soon as a worker has them, and how many the server knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from repairshop.workflows.noop_workflow import NoopWorkflow


@asynccontextmanager
async def noop_worker(address: str, task_queue: str) -> AsyncIterator[Client]:
    """
    Run a worker that closes them; yields its client.
    """
    client = await Client.connect(address)
    async with Worker(
        client, task_queue=task_queue, workflows=[NoopWorkflow], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        yield client


async def orders_on_server(client: Client, task_queue: str, expected: int, status: str | None = None) -> int:
    """
    Wait until the server knows so many orders of a task queue, of one status or of any; returns how many.
    """
    query = f"TaskQueue = '{task_queue}'" + (f" AND ExecutionStatus = '{status}'" if status else "")
    async with asyncio.timeout(15):
        while (found := (await client.count_workflows(query)).count) < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # what is visible lags behind
    return found
