"""
One real dev server for all tests that need any; each test takes a task queue of its own.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator

import pytest
from real_server import Server, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A real Temporal server, set up as the local target sets it up.
    """
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


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
