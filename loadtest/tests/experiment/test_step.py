"""
One step, and whatever may go wrong in it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fake_steps import WARM_UP_SECONDS, WINDOW_SECONDS, AnsweringRule, carry_out, quick_plan
from fake_system import BEFORE_ARRIVALS, FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.window_plan import WindowPlan
from loadtest.errors import InjectorError, TargetError, WorkerDiedError
from loadtest.experiment.progress import Event, PhaseStarted, Tick
from loadtest.experiment.step import ALIVE_SECONDS
from loadtest.results.problem import ProblemCause
from loadtest.results.step_result import StepVerdict
from loadtest.results.window_decision import Decided

PHASES = ("scale", "plan the window", "warm-up", "window", "drain", "collect")
ENDS = WARM_UP_SECONDS + WINDOW_SECONDS


async def test_a_sound_step_is_valid_and_counts_its_window_alone(system: FakeSystem) -> None:
    """Seven workflows a second over a minute, whatever warm-up and drain added."""
    measured, pages = await carry_out(system)
    result = read_step(measured, quick_plan())

    assert (result.verdict, result.reasons) == (StepVerdict.VALID, ())
    assert measured.worker_window is not None
    assert measured.worker_window.counters["worker.workflow_completed"] == 7 * WINDOW_SECONDS
    assert measured.injector.whole.sent == 7 * ENDS
    assert {name.split("-worker-")[0] for name in pages if "-worker-" in name} == {
        "step-start",
        "window-start",
        "window-middle",
        "window-end",
        "step-end",
    }


async def test_the_phases_are_told_in_order(system: FakeSystem) -> None:
    """Whoever watches sees each phase begin, and each second of the load."""
    told: list[Event] = []

    await carry_out(system, tell=told.append)

    assert tuple(event.phase for event in told if isinstance(event, PhaseStarted)) == PHASES
    seconds = [round(event.second.at) for event in told if isinstance(event, Tick)]
    assert seconds[: int(ENDS)] == list(range(int(ENDS)))


EDGES = {
    "step-start": BEFORE_ARRIVALS,
    "window-start": WARM_UP_SECONDS,
    "window-middle": WARM_UP_SECONDS + WINDOW_SECONDS / 2,
    "window-end": ENDS,
    "step-end": ENDS + 1.5,
}
# The server's page is not read in the middle.
READS = [
    (edge, role)
    for edge in EDGES
    for role in ("worker", "server")
    if (edge, role) != ("window-middle", "server")
]


@pytest.mark.parametrize(("edge", "role"), READS)
async def test_a_page_that_is_gone_at_an_edge_makes_the_step_invalid(
    system: FakeSystem, edge: str, role: str
) -> None:
    """The difference over that edge is not known, and no other one is touched; nothing is zero."""
    at = EDGES[edge]
    system.away = {role: (at - 0.3, at + 0.3)}

    measured, pages = await carry_out(system)

    known: dict[str, Any] = {
        "whole": (measured.worker_whole, measured.server_whole)[role == "server"],
        "window": (measured.worker_window, measured.server_window)[role == "server"],
    }
    lost = {
        "window-start": {"window"},
        "window-end": {"window"},
        "window-middle": set(),
        "step-start": {"whole"},
        "step-end": {"whole"},
    }[edge]
    assert {name for name, difference in known.items() if difference is None} == lost
    assert read_step(measured, quick_plan()).verdict is StepVerdict.INVALID
    assert ProblemCause.PAGE_UNUSABLE in {problem.cause for problem in measured.problems}
    assert not any(name.startswith(f"{edge}-{role}") for name in pages)


async def test_a_target_that_is_away_for_five_seconds_at_an_edge_ends_no_step(system: FakeSystem) -> None:
    """What it could not say is a problem of the step; the pages are read all the same."""
    system.away = {"target": (ENDS - 2, ENDS + 3)}

    measured, _ = await carry_out(system)

    assert {problem.cause for problem in measured.problems} == {ProblemCause.TARGET_NOT_ASKED}
    assert read_step(measured, quick_plan()).verdict is StepVerdict.INVALID
    assert measured.worker_window is not None


async def test_a_target_that_is_away_between_the_edges_is_not_noticed(system: FakeSystem) -> None:
    """Nobody asks it there."""
    system.away = {"target": (WARM_UP_SECONDS + 5, WARM_UP_SECONDS + 10)}

    measured, _ = await carry_out(system)

    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID


async def test_a_replica_that_is_replaced_in_the_window_is_named(system: FakeSystem) -> None:
    """Its counters began anew, so nothing is counted over the window."""
    system.replaced_at = WARM_UP_SECONDS + 20

    measured, _ = await carry_out(system)

    assert measured.gone == ("worker-1",)
    assert measured.worker_window is None
    assert ProblemCause.COUNTER_FELL in {problem.cause for problem in measured.problems}
    assert any(
        "worker-1 ended or restarted" in reason for reason in read_step(measured, quick_plan()).reasons
    )


@pytest.mark.parametrize("second", [3.0, WARM_UP_SECONDS + 10, ENDS - 5])
@pytest.mark.parametrize("fixed", [True, False], ids=["fixed", "until-decided"])
async def test_injectors_that_report_too_early_end_the_step(
    system: FakeSystem, second: float, fixed: bool
) -> None:
    """A window without load is no window; the error says by how much."""
    system.injectors_end_at = second
    window = None if fixed else WindowPlan(AnsweringRule(WINDOW_SECONDS, 1000), "1/1", 1.0)

    with pytest.raises(InjectorError, match=r"reported .* s before the window was over"):
        await carry_out(system, window)


@pytest.mark.parametrize("second", [3.0, WARM_UP_SECONDS + 10, ENDS - 5])
async def test_injectors_that_break_end_the_step_with_their_own_words(
    system: FakeSystem, second: float
) -> None:
    """Not with an error about what followed from it."""
    system.injectors_break_at = second

    with pytest.raises(InjectorError, match="^injector-1 vanished$"):
        await carry_out(system)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(WARM_UP_SECONDS / 2, id="warm-up"),
        pytest.param(WARM_UP_SECONDS + 20, id="window"),
        pytest.param(WARM_UP_SECONDS + WINDOW_SECONDS - 1, id="window-end"),
    ],
)
async def test_a_target_that_dies_ends_the_step_at_once_with_its_cause(
    second: float, system: FakeSystem
) -> None:
    """Nobody waits for the end of a window that can have no number, and the injectors are stopped."""
    system.dies_at = second

    with pytest.raises(WorkerDiedError, match="out of memory"):
        await carry_out(system)

    assert system.second == pytest.approx(second, abs=2 * ALIVE_SECONDS)
    assert system.stopped == ["cancelled"]


async def test_a_target_that_heals_and_died_in_warm_up_gives_no_valid_step(system: FakeSystem) -> None:
    """Its replicas are named as gone, and no number is made of what is left."""
    system.heals = True
    system.dies_at = WARM_UP_SECONDS / 2

    measured, _ = await carry_out(system)

    assert measured.gone == ("worker-1", "worker-2")
    assert (measured.worker_window, measured.server_window) == (None, None)
    assert read_step(measured, quick_plan()).verdict is StepVerdict.INVALID
    with pytest.raises(WorkerDiedError, match="out of memory"):
        await carry_out(system)


async def test_replicas_that_never_poll_are_named(system: FakeSystem) -> None:
    """The step ends before a load is made, and within the plan's own patience."""
    system.polls = False
    began = system.clock.now()

    with pytest.raises(TargetError, match=r"\['worker-1', 'worker-2'\] do not poll"):
        await carry_out(system)
    assert system.instruction is None
    assert system.clock.now() - began == pytest.approx(quick_plan().waits.polling_seconds, abs=1)


async def test_a_users_worker_without_a_page_is_measured_at_the_server(system: FakeSystem) -> None:
    """There is no worker's side, which is no problem of the step."""
    system.serves_pages = False

    measured, _ = await carry_out(system, own_worker=False)

    assert (measured.worker_whole, measured.worker_window) == (None, None)
    assert measured.server_window is not None
    assert measured.problems == ()
    assert {second.activities_finished for second in measured.timeline} == {None}


async def test_histories_that_cannot_be_read_are_a_note(system: FakeSystem) -> None:
    """They are a cross-check, so the step stays valid."""
    system.away = {"histories": (0, 1e6)}

    measured, _ = await carry_out(system)

    assert measured.histories is None
    assert any("no histories could be read" in note for note in measured.notes)
    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID


async def test_a_decided_window_ends_early(system: FakeSystem) -> None:
    """The injectors are told in time, and everything is counted over the shorter window."""
    rule = AnsweringRule(WINDOW_SECONDS, answers_at=20)

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0))

    assert measured.decision is not None
    assert measured.decision.answer is Decided.MET
    assert 20 <= measured.window_seconds <= 23
    assert system.ended_windows == [
        pytest.approx(measured.started_at + WARM_UP_SECONDS + measured.window_seconds)
    ]
    assert measured.worker_window is not None
    assert measured.worker_window.seconds == pytest.approx(measured.window_seconds)
    assert measured.injector.window.sent == pytest.approx(7 * measured.window_seconds, abs=1)
    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID


async def test_a_window_that_stays_undecided_has_its_full_length(system: FakeSystem) -> None:
    """The rule answers on the window's last look, and says why it is undecided."""
    rule = AnsweringRule(WINDOW_SECONDS, WINDOW_SECONDS - 0.5, Decided.UNDECIDED)

    measured, _ = await carry_out(system, WindowPlan(rule, "1/1", 1.0))

    assert measured.window_seconds == WINDOW_SECONDS
    assert system.ended_windows == []
    assert measured.decision is not None
    assert (measured.decision.answer, measured.decision.why) == (Decided.UNDECIDED, "too few late tasks")


@pytest.mark.parametrize("fixed", [True, False], ids=["fixed", "until-decided"])
@pytest.mark.parametrize("phase", PHASES)
async def test_a_step_that_is_cancelled_leaves_nothing_running(
    system: FakeSystem, phase: str, fixed: bool
) -> None:
    """Whatever the phase: the injectors have ended, no task is left, and the cancellation is what is raised."""
    window = None if fixed else WindowPlan(AnsweringRule(WINDOW_SECONDS, 1000), "1/1", 1.0)
    before = asyncio.all_tasks()

    def cancel(event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == phase:
            asyncio.get_running_loop().call_soon(running.cancel)

    running = asyncio.create_task(carry_out(system, window, cancel))
    with pytest.raises(asyncio.CancelledError):
        await running

    assert system.stopped == (
        [] if PHASES.index(phase) < 2 else ["reported"] if phase == "collect" else ["cancelled"]
    )
    left = {task for task in asyncio.all_tasks() - before if "_advance" not in repr(task)}
    assert left == set()


async def test_a_cancellation_is_not_replaced_by_what_breaks_because_of_it(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Injectors that are ended may say that they broke; the step was interrupted all the same."""

    async def broken(*_: object) -> None:
        try:
            await system.clock.sleep(1000)
        except asyncio.CancelledError:
            raise InjectorError("the master is gone") from None

    monkeypatch.setattr("fake_ports.FakeInjectors.run", broken)

    def cancel(event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == "window":
            asyncio.get_running_loop().call_soon(running.cancel)

    running = asyncio.create_task(carry_out(system, tell=cancel))
    with pytest.raises(asyncio.CancelledError):
        await running
