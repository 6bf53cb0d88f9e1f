"""
Greenlets and an asyncio loop in one process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from real_server import Server

pytestmark = pytest.mark.server


def test_calls_come_back_are_cancelled_and_never_hang(
    server: Server, stub: Callable[..., tuple[str, subprocess.Popen[str]]]
) -> None:
    """
    Results and errors keep their type, the hub never stands still, a greenlet that gives up cancels its call, a
    close with hung calls ends them with an error, and the process ends with 0.
    """
    address, process = stub()
    checks = Path(__file__).parents[1] / "helpers" / "bridge_checks.py"

    done = subprocess.run(
        [sys.executable, str(checks), server.address, address, str(process.pid)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts.pop("seconds to close") < 5  # the loop's own bound on cancelling is 3
    assert facts.pop("the hub turned while they ran") > 10
    assert facts == {
        "a result comes back": True,
        "a duplicate keeps its type": True,
        "not found keeps its type": True,
        "nobody there is an error": True,
        "2,000 calls of 50 greenlets all come back": 2000,
        "letters arrive once and in order": True,
        "a timed out greenlet cancels its call": True,
        "100 killed greenlets cancel their calls": [100, 0],
        "it closes with 100 hung calls": True,
        "those who waited get an error": 100,
        "a call after the close is refused": True,
    }
