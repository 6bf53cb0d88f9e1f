"""
What the tests of real pages share: workers that are started on demand, and a client.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from metrics_worker import MetricsWorker, StartWorker, launch_worker, wait_until_it_polls
from temporalio.client import Client

from loadtest.free_ports import free_ports


@pytest.fixture
async def start_worker(server, task_queue: str) -> AsyncIterator[StartWorker]:  # type: ignore[no-untyped-def]
    """
    Start a worker on the test's task queue: ``await start_worker(kind="kit", port=None, **environment)``.
    """
    started: list[MetricsWorker] = []

    async def start(kind: str = "kit", port: int | None = None, **environment: str) -> MetricsWorker:
        worker = await launch_worker(server.address, task_queue, port or free_ports(1)[0], kind, environment)
        started.append(worker)
        await wait_until_it_polls(worker)
        return worker

    yield start
    for worker in started:
        if worker.process.returncode is None:
            await worker.kill()


@pytest.fixture
async def client(server) -> Client:  # type: ignore[no-untyped-def]
    """
    A client of the tests' server.
    """
    return await Client.connect(server.address)
