"""
Workers with a /metrics page as processes, for the tests that look at real pages.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from loadtest.probe.http_page import fetch

_PROGRAM = Path(__file__).with_name("metrics_worker_program.py")
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class MetricsWorker:
    """
    One running worker.
    """

    identity: str
    port: int
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metrics"

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


def polls(page: bytes) -> bool:
    return all(b'poller_type="%b_task"' % kind in page for kind in (b"activity", b"workflow"))


StartWorker = Callable[..., Awaitable[MetricsWorker]]


async def launch_worker(
    address: str, task_queue: str, port: int, kind: str, environment: dict[str, str]
) -> MetricsWorker:
    """
    Start a worker's process.
    """
    identity = f"small-{os.getpid()}-{next(_NUMBERS)}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_PROGRAM),
        address,
        task_queue,
        identity,
        str(port),
        kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    return MetricsWorker(identity, port, process)


async def wait_until_it_polls(worker: MetricsWorker) -> None:
    """
    Wait until the worker has said that it works and its page shows its polls.
    """
    assert worker.process.stdout is not None
    async with asyncio.timeout(60):
        assert await worker.process.stdout.readline() == b"ready\n"
        while not polls(await asyncio.to_thread(fetch, worker.identity, worker.url)):  # noqa: ASYNC110 - a page has no event
            await asyncio.sleep(0.05)
