"""
One real dev server for all tests that need any; each test takes a task queue of its own.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

# Fixtures import what they need: a run on several cores reads this file once more, in a process that tests nothing.
if TYPE_CHECKING:
    from real_server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A real Temporal server, set up as the local target sets it up.
    """
    from real_server import running_server

    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


_NUMBERS = itertools.count(1)


@pytest.fixture
def task_queue() -> str:
    """
    A task queue that no other test uses.
    """
    return f"test-{os.getpid()}-{next(_NUMBERS)}"
