"""
The process that ends groups whose owner is gone.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from loadtest import process_group_guard

pytestmark = pytest.mark.process

SLEEPER = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """
    Two processes that end with the test, each in a group of its own.
    """
    started = [subprocess.Popen(SLEEPER, start_new_session=True) for _ in range(2)]
    yield started
    for sleeper in started:
        sleeper.kill()
        sleeper.wait()


def test_a_guard_ends_the_groups_that_were_not_released(sleepers: list[subprocess.Popen[bytes]]) -> None:
    """The number of a group that was released may be another program's by then."""
    held, released = sleepers
    with subprocess.Popen([sys.executable, process_group_guard.__file__], stdin=subprocess.PIPE) as guard:
        assert guard.stdin is not None
        guard.stdin.write(f"+{held.pid}\n+{released.pid}\n-{released.pid}\n".encode())
        guard.stdin.close()

        code = guard.wait(60)

    assert (code, held.wait(60)) == (0, -9)
    assert released.poll() is None
