"""
Injectors on nodes whose clock is not the sweep's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from noop_orders import noop_worker
from real_server import Server

from loadtest.child import spawn
from loadtest.errors import InputError
from loadtest.free_ports import free_ports
from loadtest.injector.clock_offset import LONGEST_OFFSET_SECONDS, ClockOffset
from loadtest.injector.launch import LOCUSTFILE, InjectorPlace, launch
from loadtest.results.problem import ProblemCause
from loadtest.results.step_instruction import StepInstruction

# An injector whose clock is three seconds ahead as long as a file exists.
AHEAD = """
import os, runpy, sys, time
now, file = time.time, sys.argv.pop(1)
time.time = lambda: now() + 3 * os.path.exists(file)
runpy.run_module("locust", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("ahead", "there", "back", "told"),
    [
        pytest.param(0.0, 0.001, 0.001, None, id="alike"),
        pytest.param(0.15, 0.001, 0.001, None, id="near-enough"),
        pytest.param(0.0, 0.0, 5.0, None, id="an-answer-that-was-kept-waiting"),
        pytest.param(3.0, 0.0, 6.1, None, id="it-may-be-the-way"),
        pytest.param(3.0, 0.01, 0.5, "3.0|2.8", id="ahead"),
        pytest.param(-3.0, 0.01, 0.01, "3.0 s behind", id="behind"),
    ],
)
def test_a_clock_is_told_where_the_way_cannot_explain_it(
    ahead: float, there: float, back: float, told: str | None
) -> None:
    """A busy master hears late, which is no fault of a clock."""
    asked, work = 1000.0, 20.0
    heard = asked + there + ahead
    came = heard - ahead + work + back

    offset = ClockOffset.of_exchange(asked, heard, heard + work, came)

    assert abs(offset.ahead_seconds - ahead) <= offset.doubt_seconds + 1e-9
    assert (offset.problem is None) == (told is None)
    if told is not None:
        assert any(part in str(offset.problem) for part in told.split("|"))
        assert "NTP" in str(offset.problem)


@pytest.mark.parametrize("moved", [5.0, -5.0])
def test_a_clock_that_was_set_meanwhile_is_told_by_another_rule(moved: float) -> None:
    """How far it is ahead is not known then, and that it moved is."""
    offset = ClockOffset.of_exchange(1000.0, 1000.01, 1020.0 + moved, 1020.01)

    assert offset.problem is None


def test_both_sides_have_the_same_bound() -> None:
    """Exactly at it nothing is told."""
    bound = LONGEST_OFFSET_SECONDS

    for ahead in (bound, -bound):
        assert ClockOffset(ahead, 0.0).problem is None
        assert ClockOffset(ahead * 1.01, 0.0).problem is not None
        assert ClockOffset(ahead * 1.01, bound).problem is None


@pytest.mark.server
@pytest.mark.parametrize("from_the_beginning", [True, False])
async def test_an_injector_whose_clock_is_ahead(
    server: Server,
    instruction: Callable[..., StepInstruction],
    task_queue: str,
    tmp_path: Path,
    from_the_beginning: bool,
) -> None:
    """It is refused before anything is measured; where it is later so, the step is invalid."""
    file = tmp_path / "ahead"
    if from_the_beginning:
        file.touch()
    (port,) = free_ports(1)
    argv = [sys.executable, "-c", AHEAD, str(file), "-f", str(LOCUSTFILE), "--worker"]
    argv += ["--master-host", "127.0.0.1", "--master-port", str(port)]
    pod = await spawn(argv, {**os.environ, "TEMPORAL_ADDRESS": server.address}, tmp_path / "pod.log")
    place = InjectorPlace(local=False, bind_port=port)
    try:
        async with noop_worker(server.address, task_queue):
            if from_the_beginning:
                with pytest.raises(
                    InputError, match=r"^injector \S+: its clock is [23]\.\d s ahead of that of the sweep"
                ):
                    async with launch(server.access, injectors=1, logs=tmp_path, place=place):
                        pass
                return
            async with launch(server.access, injectors=1, logs=tmp_path, place=place) as locust:
                file.touch()
                report = await locust.run(instruction(step="ahead", window_seconds=1), lambda _: None)
    finally:
        await pod.terminate(20)

    (problem,) = (one for one in report.problems if one.cause == ProblemCause.CLOCK)
    assert "s ahead of that of the sweep" in problem.text
    assert problem.text.startswith(str(problem.subject))
