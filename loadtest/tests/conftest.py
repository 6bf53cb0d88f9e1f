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
from real_server import Server, wait_until_it_serves

from loadtest.free_ports import free_ports
from loadtest.target.dev_server import command, find_temporal


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A real Temporal server, set up as the local target sets it up.
    """
    folder = tmp_path_factory.mktemp("server")
    port, http, metrics = free_ports(3)
    argv = command(find_temporal(None), port, http, metrics, log_level="error")
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
    try:
        asyncio.run(wait_until_it_serves(f"127.0.0.1:{port}"))
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
