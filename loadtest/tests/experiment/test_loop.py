"""
The loop over steps: what is measured, kept, measured again and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import synthetic
from fake_steps import WINDOW_SECONDS, AnsweringRule, quick_plan
from fake_system import ACTIVITIES, FakeSystem
from fakes import fake_ports

from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.design.window_plan import WindowPlan
from loadtest.errors import InjectorError
from loadtest.experiment import loop
from loadtest.experiment.loop import Subject, kept_steps, run_experiment
from loadtest.experiment.progress import Event, StepEnded, StepStarted, SweepStarted
from loadtest.plan import Plan
from loadtest.results.measured_step import StepKey
from loadtest.results.steps_of_plan import step_keys
from loadtest.results.store import Run
from loadtest.results.window_decision import Decided

SUBJECT = Subject(ACTIVITIES, own_worker=True)


def _nothing(event: Event) -> None:
    pass


def _new(folder: Path, plan: Plan) -> Run:
    return Run.create(folder, plan, synthetic.manifest())


async def _carry_out(run: Run, system: FakeSystem, tell: Callable[[Event], None] = _nothing) -> Answer:
    return await run_experiment(fake_ports(system), run, SUBJECT, Grid(run.plan), tell, system.clock)


async def test_every_cell_is_measured_and_kept(system: FakeSystem, tmp_path: Path) -> None:
    """Two loads at two replica counts: four valid steps, told as they come."""
    run, told = _new(tmp_path, quick_plan()), list[Event]()

    answer = await _carry_out(run, system, told.append)

    assert answer.why == "every cell of the plan was measured"
    assert [event.verdict for event in told if isinstance(event, StepEnded)] == ["valid"] * 4
    keys = step_keys(run.plan)
    assert [step.key for step in run.read_steps()] == keys
    assert system.scaled == [key.replicas for key in keys]


async def test_an_invalid_step_is_measured_again_once(system: FakeSystem, tmp_path: Path) -> None:
    """Both attempts are kept, the second one says why it was made, and there is no third."""
    run, told = _new(tmp_path, quick_plan(replicas=(1,))), list[Event]()
    system.away = {"worker": (9.5, 10.5)}

    await _carry_out(run, system, told.append)

    folders = [step.key.folder for step in run.read_steps()]
    assert folders[:2] == ["1-saturate-1", "1-saturate-1-again1"]
    assert sorted(folders).count("1-open1-1-again1") == 1
    why = [event.why for event in told if isinstance(event, StepStarted)]
    assert why[0] is None
    assert why[1] is not None
    assert "connection refused" in why[1]


async def test_a_budget_ends_the_experiment(system: FakeSystem, tmp_path: Path) -> None:
    """It counts seconds of windows, and the step that reaches it is the last one."""
    run = _new(tmp_path, quick_plan(budget_seconds=2 * WINDOW_SECONDS))

    answer = await _carry_out(run, system)

    assert answer.why == f"the budget of {2 * WINDOW_SECONDS:g} s of windows is spent"
    assert len(run.read_steps()) == 2


async def test_a_run_goes_on_where_it_broke(system: FakeSystem, tmp_path: Path) -> None:
    """The broken step leaves nothing, earlier ones stay, and only what is left is measured."""
    run = _new(tmp_path, quick_plan())

    def break_second(event: Event) -> None:
        if isinstance(event, StepStarted) and event.number == 2:
            system.injectors_break_at = 20.0

    with pytest.raises(InjectorError, match="vanished"):
        await _carry_out(run, system, break_second)
    kept = [step.key.folder for step in run.read_steps()]
    system.injectors_break_at, told = None, list[Event]()
    await _carry_out(Run.open(run.path), system, told.append)

    asked = [key.folder for key in step_keys(run.plan)]
    assert kept == asked[:1]
    first = told[0]
    assert isinstance(first, SweepStarted)
    assert first.steps == 3
    started = [event.key.folder for event in told if isinstance(event, StepStarted)]
    assert started == asked[1:]
    assert len(run.read_steps()) == 4


@pytest.mark.parametrize(
    ("answers_at", "answer", "seconds"),
    [
        pytest.param(20.0, Decided.MET, 22.0, id="decided-early"),
        pytest.param(WINDOW_SECONDS - 0.5, Decided.UNDECIDED, WINDOW_SECONDS, id="undecided-at-the-budget"),
    ],
)
async def test_an_open_window_lasts_until_its_rule_has_answered(
    system: FakeSystem,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers_at: float,
    answer: Decided,
    seconds: float,
) -> None:
    """The kept step has the window's real length and what was decided."""
    rule = AnsweringRule(WINDOW_SECONDS, answers_at, answer)
    monkeypatch.setattr(loop, "plan_window", lambda *_: WindowPlan(rule, "1/1", 1.0))
    plan = quick_plan(replicas=(1,))
    run = _new(tmp_path, plan.model_copy(update={"loads": plan.loads[1:]}))

    await _carry_out(run, system)

    (step,) = kept_steps(run)
    assert step.measured.window_seconds == pytest.approx(seconds, abs=1)
    assert step.measured.decision is not None
    assert step.measured.decision.answer is answer
    assert step.result.is_usable


async def test_a_factor_that_restarts_the_server_is_said_in_the_step(
    system: FakeSystem, tmp_path: Path
) -> None:
    """The target is set up for each cell; a cell of another server says what was started anew."""
    path = "server.limit.maxIDLength"
    plan = quick_plan(replicas=(1,), factors={path: (500, 900)})
    run = _new(tmp_path, plan.model_copy(update={"loads": plan.loads[:1]}))

    await _carry_out(run, system)

    steps = run.read_steps()
    assert [dict(step.key.factors)[path] for step in steps] == [500, 900]
    assert [step.restarted for step in steps] == [(), ("the server",)]
    assert [dict(cell.server.dynamic_config) for cell in system.set_up] == [
        {"limit.maxIDLength": 500},
        {"limit.maxIDLength": 900},
    ]


async def test_steps_share_no_order(system: FakeSystem, tmp_path: Path) -> None:
    """Each step's ids begin with the run and the step, so none is started twice on one server."""
    run, prefixes = _new(tmp_path, quick_plan()), list[str]()

    def note(event: Event) -> None:
        if isinstance(event, StepEnded) and system.order is not None:
            prefixes.append(system.order.id_prefix)

    await _carry_out(run, system, note)

    assert len(set(prefixes)) == 4
    assert all(prefix.startswith(run.path.name) for prefix in prefixes)


class _OneProbe:
    """A design that asks for one open step, whose window is its own."""

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """Ask once."""
        if kept:
            return Answer("one is enough")
        rule = AnsweringRule(WINDOW_SECONDS, 20.0)
        return NextStep(StepKey(1, 1, "open", 1), 7.0, None, lambda *_: WindowPlan(rule, "7/7", 1.0))

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """The one."""
        return () if kept else (StepKey(1, 1, "open", 1),)


async def test_a_design_may_bring_the_window_of_its_step(system: FakeSystem, tmp_path: Path) -> None:
    """Rule and schedule are the design's, and the work that the orders drew is kept with the step."""
    run = _new(tmp_path, quick_plan(replicas=(1,)))
    subject = Subject(ACTIVITIES, own_worker=True, drawn_work=lambda work, seed: [0.2, 0.3])

    await run_experiment(fake_ports(system), run, subject, _OneProbe(), _nothing, system.clock)

    (step,) = run.read_steps()
    assert step.schedule_seed == "7/7"
    assert step.decision is not None and step.decision.answer is Decided.MET
    assert step.drawn_work_seconds == pytest.approx(0.25)
