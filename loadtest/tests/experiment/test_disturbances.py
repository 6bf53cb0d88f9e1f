"""
What hits a running step from outside: seen with its second, told, and measured again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import WARM_UP_SECONDS, WINDOW_SECONDS, AnsweringRule, carry_out, quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.grid import Grid
from loadtest.design.window_plan import WindowPlan
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.outside_watch import LOOK_SECONDS
from loadtest.experiment.progress import Event, PhaseStarted, StepStarted
from loadtest.results.disturbance import DisturbanceKind
from loadtest.results.run_folder import Run
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.window_decision import Decided

MIDDLE = WARM_UP_SECONDS + WINDOW_SECONDS / 2
SPAN = (MIDDLE, MIDDLE + 8.0)

Hit = Callable[[FakeSystem], None]


def _restart(system: FakeSystem) -> None:
    system.server_restarts_at = MIDDLE


def _refuse(system: FakeSystem) -> None:
    system.refuses = SPAN


def _steal(system: FakeSystem) -> None:
    system.robbed = SPAN


def _crowd(system: FakeSystem) -> None:
    system.crowded = SPAN


def _lose(system: FakeSystem) -> None:
    system.replaced_at = MIDDLE


# A look sees the 4.5 s of its five that come after the middle.
HITS: dict[DisturbanceKind, tuple[Hit, str]] = {
    DisturbanceKind.RESTART: (_restart, "its process is another one"),
    DisturbanceKind.REFUSALS: (_refuse, "the server refused requests (80 RpsLimit)"),
    DisturbanceKind.STOLEN_CPU: (_steal, "the host kept up to 0.90 of 2 cores back"),
    DisturbanceKind.OTHER_PROGRAMS: (_crowd, "other programs took up to 0.90 of 2 cores and none was left"),
    DisturbanceKind.REPLICA_LOST: (_lose, "worker-1 ended or restarted"),
}


async def _read(system: FakeSystem, window: WindowPlan | None = None) -> StepResult:
    measured, _ = await carry_out(system, window)
    return read_step(measured, quick_plan())


def _stall_at(system: FakeSystem, second: float, seconds: float) -> Callable[[Event], None]:
    """Let the machine stand still so many seconds after the window's beginning."""

    def when(event: Event) -> None:
        if isinstance(event, PhaseStarted) and event.phase == "window":
            system.clock.stall(system.clock.now() + second, seconds)

    return when


async def test_a_database_that_is_another_process_is_a_restart(system: FakeSystem) -> None:
    """Its clients may have tried again without an error; the step is disturbed once, in the second of its start."""
    system.database_restarts_at = MIDDLE

    found = await _read(system)

    assert found.verdict is StepVerdict.INVALID
    (hit,) = found.disturbances
    assert (hit.kind, hit.what) == (DisturbanceKind.RESTART, "database was started anew")
    assert hit.start <= MIDDLE <= hit.end


async def test_starts_that_may_not_be_read_are_told_once(system: FakeSystem) -> None:
    """A note, and no step less."""
    system.away["starts"] = (-1e9, 1e9)

    measured, _ = await carry_out(system)

    told = [note for note in measured.notes if "forbidden" in note]
    assert told == ["a look at when server and database were started failed: pods is forbidden"]
    assert read_step(measured, quick_plan()).verdict is not StepVerdict.INVALID


@pytest.mark.parametrize("kind", HITS, ids=lambda kind: kind.value)
async def test_what_hits_a_window_makes_the_step_invalid_with_its_second(
    system: FakeSystem, kind: DisturbanceKind
) -> None:
    """It is told within one look of when it came, and nothing else is made of it."""
    hit, told = HITS[kind]
    hit(system)

    result = await _read(system)

    (found,) = [each for each in result.disturbances if each.kind is kind]
    assert result.disturbances == (found,)
    assert told in found.what
    assert found.start <= MIDDLE <= found.end
    assert MIDDLE - found.start <= LOOK_SECONDS
    assert result.verdict is StepVerdict.INVALID
    assert result.is_disturbed
    assert any(told in reason and f"(seconds {found.start:.0f} to" in reason for reason in result.reasons)


async def test_a_late_look_is_a_stall_of_the_machine(system: FakeSystem) -> None:
    """Nobody ran for two seconds in mid-window, where no edge of the window is late for it."""
    measured, _ = await carry_out(system, tell=_stall_at(system, 20.2, 2.0))
    result = read_step(measured, quick_plan())

    (found,) = result.disturbances
    assert found.kind is DisturbanceKind.STALL
    assert found.what == "this machine stood still for up to 2.0 s"
    assert found.start <= WARM_UP_SECONDS + 20.2 <= found.end
    assert result.verdict is StepVerdict.INVALID


async def test_a_look_that_is_a_little_late_is_none(system: FakeSystem) -> None:
    """A busy machine wakes a program half a second late now and then."""
    measured, _ = await carry_out(system, tell=_stall_at(system, 20.2, 0.6))

    assert read_step(measured, quick_plan()).disturbances == ()


async def test_what_the_system_answers_all_the_time_is_no_disturbance(system: FakeSystem) -> None:
    """Refusals from the first second to the last are a limit of the server: a suspect, and not bad luck."""
    system.refuses = (0.0, 1e6)

    result = await _read(system)

    assert result.disturbances == ()
    assert result.verdict is StepVerdict.VALID


@pytest.mark.parametrize("hit", [_steal, _crowd], ids=["stolen", "crowded"])
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        pytest.param(Decided.MET, StepVerdict.VALID, id="met"),
        pytest.param(Decided.MISSED, StepVerdict.INVALID, id="missed"),
        pytest.param(Decided.UNDECIDED, StepVerdict.INVALID, id="undecided"),
    ],
)
async def test_a_bound_kept_in_spite_of_a_slower_machine_is_kept(
    system: FakeSystem, hit: Hit, answer: Decided, verdict: StepVerdict
) -> None:
    """Lost CPU makes waits longer and never shorter, so only the other answers rest on it."""
    hit(system)
    rule = AnsweringRule(WINDOW_SECONDS, WINDOW_SECONDS - 0.5, answer)

    result = await _read(system, WindowPlan(rule, "1/1", 1.0))

    assert result.verdict is verdict
    (found,) = result.disturbances
    assert found.counts is (verdict is StepVerdict.INVALID)
    assert any("the bound was kept all the same" in note for note in result.notes) is not found.counts


async def test_what_hits_the_drain_is_told_and_disturbs_no_answer(system: FakeSystem) -> None:
    """The window is over by then."""
    end = WARM_UP_SECONDS + WINDOW_SECONDS
    system.robbed = (end + 0.2, end + 30.0)

    result = await _read(system)

    assert result.verdict is StepVerdict.VALID


async def test_programs_on_a_machine_with_a_core_to_spare_disturb_nobody(system: FakeSystem) -> None:
    """Two thirds of a core beside the step's own leave a third of one free."""
    system.crowded, system.others_cores = (0.0, 1e6), 2 / 3

    assert (await _read(system)).disturbances == ()


async def test_a_disturbed_step_is_measured_again_twice_and_kept(system: FakeSystem, tmp_path: Path) -> None:
    """All three attempts stay in the folder; the later ones say what hit the one before."""
    plan = quick_plan(replicas=(1,))
    run = Run.create(tmp_path, plan.model_copy(update={"loads": plan.loads[1:]}), synthetic_steps.manifest())
    told = list[StepStarted]()
    system.robbed = SPAN

    await run_experiment(
        {None: fake_ports(system)},
        run,
        Subject(ACTIVITIES, own_worker=True),
        Grid(run.plan),
        lambda event: told.append(event) if isinstance(event, StepStarted) else None,
        system.clock,
    )

    folders = [step.key.folder for step in run.read_steps()]
    assert folders == ["1-open-1", "1-open-1-again1", "1-open-1-again2"]
    assert [event.why is None for event in told] == [True, False, False]
    assert all("the host kept up to" in (event.why or "") for event in told[1:])
