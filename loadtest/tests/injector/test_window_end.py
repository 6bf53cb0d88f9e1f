"""
A window that is ended before its longest end, on a real server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from noop_orders import noop_worker
from real_server import Server

from loadtest import arrivals
from loadtest.injector.launch import launch
from loadtest.injector.pacing import WindowEnd
from loadtest.injector.running_locust import Locust
from loadtest.results.injector_report import InjectorReport
from loadtest.results.step_instruction import StepInstruction

MakeInstruction = Callable[..., StepInstruction]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def locust(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Locust]:
    """
    A master and two injectors.
    """
    async with launch(server.access, injectors=2, logs=tmp_path_factory.mktemp("locust")) as running:
        yield running


async def _ended_after(locust: Locust, instruction: StepInstruction, seconds: float) -> InjectorReport:
    async def end() -> None:
        at = instruction.start_at + instruction.warm_up_seconds + seconds
        # Seconds ahead, as a machine that stalls tells it late.
        await asyncio.sleep(instruction.start_at + 0.2 - time.time())
        await locust.end_window(at)

    ending = asyncio.create_task(end())
    report = await locust.run(instruction, lambda second: None)
    await ending
    return report


@pytest.mark.server
@pytest.mark.asyncio(loop_scope="module")
async def test_an_open_window_ends_early_and_counts_what_fell_due_before(
    locust: Locust, server: Server, instruction: MakeInstruction
) -> None:
    """Exactly the arrivals before the earlier end are planned, sent and counted, and none after it."""
    asked = instruction(arrival_rate=30.0, window_seconds=60.0)

    async with noop_worker(server.address, asked.task_queue):
        report = await _ended_after(locust, asked, 2.0)

    until = asked.warm_up_seconds + 2.0
    due = [at for at in arrivals.schedule(asked) if at < until]
    assert (report.planned, report.whole.sent, report.whole.completed) == (len(due), len(due), len(due))
    assert report.window.offered == sum(at >= asked.warm_up_seconds for at in due)
    assert report.problems == ()


@pytest.mark.server
@pytest.mark.asyncio(loop_scope="module")
async def test_a_closed_loop_ends_early(locust: Locust, server: Server, instruction: MakeInstruction) -> None:
    """Nothing is started after the earlier end, and all that was open closes."""
    asked = instruction(arrival_rate=None, in_flight=4, window_seconds=60.0)
    began = time.monotonic()

    async with noop_worker(server.address, asked.task_queue):
        report = await _ended_after(locust, asked, 2.0)

    assert time.monotonic() - began < 40  # the whole instruction would take a minute
    assert report.whole.sent == report.whole.completed > 0
    assert report.open_at_end == 0


async def test_the_end_only_comes_nearer() -> None:
    """A later instant changes nothing, and whoever waits for something beyond the end is told that it is over."""
    now = time.perf_counter()
    end = WindowEnd(now + 60.0)

    end.bring_forward(now + 0.05)
    end.bring_forward(now + 30.0)

    assert end.at == now + 0.05
    assert not await end.wait_until(now + 10.0)
