"""
A frontend that does nothing, instructions, and what reads a histogram.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from loadtest.plan import ArrivalKind, Arrivals, Work
from loadtest.results.step_instruction import StepInstruction

BENCH = Path(__file__).parents[2] / "bench" / "parts"


@pytest.fixture
def stub() -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    """
    Starts a frontend that does nothing; returns its address and process.
    """
    with ExitStack() as started:

        def start(*arguments: str) -> tuple[str, subprocess.Popen[str]]:
            process = subprocess.Popen(
                [sys.executable, str(BENCH / "stub_server.py"), *arguments], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            started.callback(process.stdout.close)
            started.callback(process.wait)
            started.callback(process.kill)
            return f"127.0.0.1:{process.stdout.readline().strip()}", process

        yield start


@pytest.fixture
def start_only() -> str:
    """
    The scenario that starts and awaits nothing.
    """
    return str(BENCH / "start_only.py")


@pytest.fixture
def instruction(task_queue: str) -> Callable[..., StepInstruction]:
    """
    Makes instructions of this test.
    """

    def make(**given: Any) -> StepInstruction:
        defaults: dict[str, Any] = {
            "step": "1-open-1",
            "id_prefix": task_queue,
            "scenario": "noop",
            "task_queue": task_queue,
            "seed": 1,
            "schedule_seed": "1",
            "work": Work(),
            "arrival_rate": 10.0,
            "in_flight": None,
            "arrivals": Arrivals(kind=ArrivalKind.CONSTANT),  # its counts are exact
            "start_at": time.time() + 0.5,
            "warm_up_seconds": 1.0,
            "window_seconds": 3.0,
            "drain_seconds": 30.0,
            "max_in_flight": 2000,
            "end_to_end_bound_seconds": None,
        }
        return StepInstruction(**{**defaults, **given})

    return make
