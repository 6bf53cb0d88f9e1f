"""
One real dev server for all tests that need any; each test takes a task queue of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import time
from collections.abc import Iterator

import pytest
from real_server import Server
from temporalio.client import Client

from loadtest.free_ports import free_ports
from loadtest.target.dev_server import DYNAMIC_CONFIG, find_temporal


async def _answers(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            await Client.connect(address)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A real Temporal server, set up as the local target sets it up.
    """
    folder = tmp_path_factory.mktemp("server")
    port, http, metrics = free_ports(3)
    argv = [
        str(find_temporal(None)),
        "server",
        "start-dev",
        "--headless",
        "--ip",
        "127.0.0.1",
        "--log-level",
        "error",
    ]
    argv += ["--port", str(port), "--http-port", str(http), "--metrics-port", str(metrics)]
    for key, value in DYNAMIC_CONFIG.items():
        argv += ["--dynamic-config-value", f"{key}={value}"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
    try:
        asyncio.run(_answers(f"127.0.0.1:{port}"))
        yield Server(f"127.0.0.1:{port}", f"http://127.0.0.1:{metrics}/metrics", process.pid)
    finally:
        process.terminate()
        process.wait(20)


_NUMBERS = itertools.count(1)


@pytest.fixture
def task_queue() -> str:
    """
    A task queue that no other test uses.
    """
    return f"test-{os.getpid()}-{next(_NUMBERS)}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """
    Let the SDK's threads leave Python: an interpreter that ends right after its last RPC may crash.
    """
    time.sleep(0.5)
