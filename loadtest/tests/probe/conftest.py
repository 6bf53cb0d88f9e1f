"""
Small workers as processes, for the tests that look at real pages.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from small_workers import SmallWorker, StartWorker, polls
from temporalio.client import Client

from loadtest.free_ports import free_ports
from loadtest.probe.http_page import fetch

_SCRIPT = Path(__file__).parents[1] / "helpers" / "small_worker.py"
_NUMBERS = itertools.count(1)


@pytest.fixture
async def start_worker(server, task_queue: str) -> AsyncIterator[StartWorker]:  # type: ignore[no-untyped-def]
    """
    Start a small worker on the test's task queue: ``await start_worker(kind="kit", port=None, **environment)``.
    """
    started: list[SmallWorker] = []

    async def start(kind: str = "kit", port: int | None = None, **environment: str) -> SmallWorker:
        port = port or free_ports(1)[0]
        identity = f"small-{os.getpid()}-{next(_NUMBERS)}"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_SCRIPT),
            server.address,
            task_queue,
            identity,
            str(port),
            kind,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **environment},
        )
        worker = SmallWorker(identity, port, process)
        started.append(worker)
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n"
            while not polls(await asyncio.to_thread(fetch, identity, worker.url)):  # noqa: ASYNC110 - a page has no event
                await asyncio.sleep(0.05)
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
