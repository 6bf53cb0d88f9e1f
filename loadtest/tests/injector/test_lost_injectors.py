"""
Injectors that are killed or leave in the middle of a step.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from noop_orders import noop_worker, orders_on_server
from real_server import Server

from loadtest.child import spawn
from loadtest.errors import InjectorError
from loadtest.free_ports import free_ports
from loadtest.injector.launch import LOCUSTFILE, InjectorPlace, launch
from loadtest.injector.running_locust import Locust
from loadtest.results.injector_report import InjectorReport
from loadtest.results.problem import ProblemCause
from loadtest.results.step_instruction import StepInstruction

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

MakeInstruction = Callable[..., StepInstruction]


def _run_until_told(
    locust: Locust, asked: StepInstruction
) -> tuple[asyncio.Task[InjectorReport], asyncio.Event]:
    """
    Run a step, and tell when an injector has told of its first second.
    """
    begun = asyncio.Event()
    return asyncio.create_task(locust.run(asked, lambda _: begun.set())), begun


async def test_a_killed_injector_makes_the_step_invalid_and_the_rest_carries_on(
    server: Server, instruction: MakeInstruction, task_queue: str, tmp_path: Path
) -> None:
    """
    The step in which an injector is killed says so; the next one is the remaining injector's alone, and whole. Without
    that one too there is no report.
    """
    async with (
        launch(server.access, injectors=2, logs=tmp_path) as locust,
        noop_worker(server.address, task_queue) as client,
    ):
        asked = instruction(step="kill", window_seconds=4)
        running = asyncio.create_task(locust.run(asked, lambda _: None))
        await asyncio.sleep(asked.start_at + 2.5 - time.time())
        os.kill(locust.pids[0], signal.SIGKILL)
        broken = await running

        whole = await locust.run(instruction(step="rest", id_prefix=f"{task_queue}-rest"), lambda _: None)
        on_server = await orders_on_server(client, task_queue, 40, "Completed")

        last, begun = _run_until_told(
            locust, instruction(step="last", id_prefix=f"{task_queue}-last", window_seconds=60)
        )
        await asyncio.wait_for(begun.wait(), 30)
        os.kill(locust.pids[0], signal.SIGKILL)
        with pytest.raises(InjectorError, match="every injector vanished in the step"):
            await last

    assert ProblemCause.INJECTOR_VANISHED in {problem.cause for problem in broken.problems}
    assert broken.planned == 50
    assert 25 <= broken.whole.offered < 50
    assert whole.problems == ()
    assert (whole.planned, whole.whole.sent, whole.whole.completed) == (40, 40, 40)
    assert len(whole.per_injector) == 1
    assert on_server >= 40


async def test_injectors_from_elsewhere_join_the_master_and_are_missed_when_they_leave(
    server: Server, instruction: MakeInstruction, task_queue: str, tmp_path: Path
) -> None:
    """
    With no injector of its own the master waits for those that come by ``--worker``, as pods do; one that is
    told to end in the middle of a step is known to be gone at once.
    """
    (port,) = free_ports(1)
    env = {**os.environ, "TEMPORAL_ADDRESS": server.address}
    argv = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--worker"]
    argv += ["--master-host", "127.0.0.1", "--master-port", str(port)]
    pod = await spawn(argv, env, tmp_path / "pod.log")
    try:
        async with (
            launch(
                server.access,
                injectors=1,
                logs=tmp_path,
                place=InjectorPlace(local=False, bind_port=port),
            ) as locust,
            noop_worker(server.address, task_queue),
        ):
            report = await locust.run(instruction(step="pod", window_seconds=1), lambda _: None)
            asked = instruction(step="left", id_prefix=f"{task_queue}-left", window_seconds=60)
            running, begun = _run_until_told(locust, asked)
            await asyncio.wait_for(begun.wait(), 30)
            ended = await pod.terminate(20)
            with pytest.raises(InjectorError, match="every injector vanished in the step"):
                await asyncio.wait_for(running, 30)
    finally:
        pod.kill()

    assert report.whole.sent == report.whole.completed == 20
    assert ended == 0
