"""
The loop over steps: what is measured, kept, measured again and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import WINDOW_SECONDS, AnsweringRule, quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.design.window_plan import WindowPlan
from loadtest.errors import InjectorError
from loadtest.experiment import loop
from loadtest.experiment.loop import Subject, kept_steps, run_experiment
from loadtest.experiment.progress import Event, StepEnded, StepStarted, SweepStarted
from loadtest.listeners.display import one_line
from loadtest.plan import Plan, Saturate
from loadtest.results.run_folder import Run
from loadtest.results.step_key import StepKey, step_keys
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit
from loadtest.results.window_decision import Decided

SUBJECT = Subject(ACTIVITIES, own_worker=True)


def _nothing(event: Event) -> None:
    pass


def _new(folder: Path, plan: Plan) -> Run:
    return Run.create(folder, plan, synthetic_steps.manifest())


async def _carry_out(run: Run, system: FakeSystem, tell: Callable[[Event], None] = _nothing) -> Answer:
    return await run_experiment({None: fake_ports(system)}, run, SUBJECT, Grid(run.plan), tell, system.clock)


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
    run, told = _new(tmp_path, plan.model_copy(update={"loads": plan.loads[:1]})), list[Event]()

    await _carry_out(run, system, told.append)

    steps = run.read_steps()
    restarted = "the server restarted before this step for its settings"
    assert [restarted in event.line for event in told if isinstance(event, StepEnded)] == [False, True]
    assert [restarted in step.result.notes for step in kept_steps(run)] == [False, True]
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
        if isinstance(event, StepEnded) and system.instruction is not None:
            prefixes.append(system.instruction.id_prefix)

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

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """Nothing."""
        return ()

    def judged(self, step: KeptStep) -> StepResult:
        """As it was read."""
        return step.result


async def test_a_design_may_bring_the_window_of_its_step(system: FakeSystem, tmp_path: Path) -> None:
    """Rule and schedule are the design's, and the work that the orders drew is kept with the step."""
    run = _new(tmp_path, quick_plan(replicas=(1,)))
    subject = Subject(ACTIVITIES, own_worker=True, drawn_work=lambda work, seed: [0.2, 0.3])

    await run_experiment({None: fake_ports(system)}, run, subject, _OneProbe(), _nothing, system.clock)

    (step,) = run.read_steps()
    assert step.schedule_seed == "7/7"
    assert step.decision is not None and step.decision.answer is Decided.MET
    assert step.drawn_work_seconds == pytest.approx(0.25)


def _free_plan(**changes: object) -> Plan:
    """
    A plan that leaves the number of orders in flight to the sweep.
    """
    return quick_plan(
        replicas=(1,),
        loads=(Saturate(window_seconds=WINDOW_SECONDS), *quick_plan().loads[1:]),
        **changes,
    )


async def test_slots_left_free_are_tried_with_twice_the_orders(system: FakeSystem, tmp_path: Path) -> None:
    """Twice as many are kept open; the step says why it is made, counts among the steps, and its throughput is used."""
    run, told = _new(tmp_path, _free_plan()), list[Event]()
    system.per_order = 0.3

    await _carry_out(run, system, told.append)

    steps = run.read_steps()
    assert [step.key.folder for step in steps] == ["1-saturate-1", "1-saturate-1-doubled", "1-open1-1"]
    assert [step.in_flight for step in steps] == [20, 40, None]
    began = [event for event in told if isinstance(event, StepStarted)]
    sweep = told[0]
    assert isinstance(sweep, SweepStarted)
    assert (sweep.steps, sweep.more) == (2, 1)
    assert "quick: 2 steps, about 2 min, and up to 1 more step (73 s) where slots stay free" in (
        one_line(sweep) or ""
    )
    assert [(event.number, event.steps) for event in began] == [(1, 2), (2, 3), (3, 3)]
    assert began[1].why == (
        "60 % of the slots were in use with 20 orders in flight, so twice as many are tried"
    )
    assert began[1].seconds_left == pytest.approx(sum(loop.step_seconds(run.plan, s.key) for s in steps[1:]))
    assert began[1].why in (one_line(began[1]) or "")
    ended = [event.line for event in told if isinstance(event, StepEnded)]
    assert "1 × saturate (2x in flight): valid" in ended[1]
    assert "in place of the step with half of the orders" in ended[1]
    kept = kept_steps(run)
    assert [step.result.superseded for step in kept] == [True, False, False]
    assert kept[2].result.capacity is not None
    assert kept[2].result.capacity.limit is Limit.SLOTS
    assert kept[2].result.capacity.orders_per_second == pytest.approx(10, rel=0.05)


async def test_no_more_from_twice_the_orders_is_a_hand_over(system: FakeSystem, tmp_path: Path) -> None:
    """Half of the slots are in use with either number: the first step's throughput is used, with its label."""
    run, told = _new(tmp_path, _free_plan()), list[Event]()

    await _carry_out(run, system, told.append)

    first, second, opened = kept_steps(run)
    assert (first.result.superseded, second.result.superseded) == (False, True)
    assert opened.result.capacity is not None
    assert opened.result.capacity.limit is Limit.HAND_OVER
    ended = [event.line for event in told if isinstance(event, StepEnded)]
    assert "no more than with half of the orders, so the hand-over between slots limits" in ended[1]


async def test_a_run_that_broke_in_its_second_step_makes_it_again(system: FakeSystem, tmp_path: Path) -> None:
    """The first one stays, and is not measured again."""
    run = _new(tmp_path, _free_plan())
    system.per_order = 0.3

    def break_second(event: Event) -> None:
        if isinstance(event, StepStarted) and event.key.doubled:
            system.injectors_break_at = 20.0

    with pytest.raises(InjectorError, match="vanished"):
        await _carry_out(run, system, break_second)
    system.injectors_break_at, told = None, list[Event]()
    await _carry_out(Run.open(run.path), system, told.append)

    first = told[0]
    assert isinstance(first, SweepStarted)
    assert first.steps == 2
    started = [event.key.folder for event in told if isinstance(event, StepStarted)]
    assert started == ["1-saturate-1-doubled", "1-open1-1"]


async def test_a_budget_that_the_second_step_spends_ends_the_experiment(
    system: FakeSystem, tmp_path: Path
) -> None:
    """Its window counts as any other."""
    run = _new(tmp_path, _free_plan(budget_seconds=2 * WINDOW_SECONDS))

    await _carry_out(run, system)

    assert [step.key.folder for step in run.read_steps()] == ["1-saturate-1", "1-saturate-1-doubled"]
