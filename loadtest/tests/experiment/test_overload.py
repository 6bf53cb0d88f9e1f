"""
A sweep at a rate that one of its counts cannot carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import AnsweringRule
from fake_system import ACTIVITIES, FakeSystem

from loadtest.analysis import analyse, exit_code
from loadtest.design.design import KeptStep
from loadtest.design.grid import Grid
from loadtest.design.window_plan import DrawnWork, WindowPlan, plan_window
from loadtest.experiment import loop
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.plan import Open, Plan, Saturate
from loadtest.report.sweep_text import text_report
from loadtest.results.run_folder import Run
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey
from loadtest.results.sweep_result import RunVerdict

# One replica does ten orders a second: this is 3.1 times its capacity, and 0.78 of that of four.
RATE = 31.0


async def test_an_overload_beyond_doubt_answers_and_breaks_no_run(
    system: FakeSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Four are enough and one is not; one has a short window, is worked off in its drain, and is not measured again.
    """
    system.per_order, system.is_limited = 1.0, True
    plan = Plan(
        name="overload",
        replicas=(1, 4),
        loads=(Saturate(window_seconds=15), Open(arrival_rate=RATE, max_window_seconds=60)),
    )

    def windows(
        cell: Plan,
        instruction: StepInstruction,
        key: StepKey,
        kept: Sequence[KeptStep],
        drawn: DrawnWork | None,
    ) -> WindowPlan:
        """The product's own, and for four replicas one that answers, as the fakes' activities take no time to make twins of."""
        if (key.replicas, key.kind) == (4, "open"):
            return WindowPlan(AnsweringRule(60.0, 45.0), "1/1", 0.15)
        return plan_window(cell, instruction, key, kept, drawn)

    monkeypatch.setattr(loop, "plan_window", windows)
    run = Run.create(tmp_path, plan, synthetic_steps.manifest())

    await run_experiment(
        {None: fake_ports(system)},
        run,
        Subject(ACTIVITIES, own_worker=True),
        Grid(plan),
        lambda _: None,
        system.clock,
    )

    steps = run.read_steps()
    sweep = analyse(steps, plan, run.manifest)
    verdicts = {step.step: step.verdict.value for step in sweep.steps}
    assert verdicts == {
        "1-saturate-1": "valid",
        "1-open1-1": "overloaded",
        "4-saturate-1": "valid",
        "4-open1-1": "valid",
    }
    assert (sweep.demand.enough, sweep.demand.not_enough) == ((4,), (1,))
    assert (sweep.verdict, exit_code(sweep)) == (RunVerdict.PASS, 0)
    assert "4 replicas are enough, 1 is not; 2 to 3 were not measured." in text_report(sweep)
    (overloaded,) = [step for step in steps if step.key.folder == "1-open1-1"]
    assert overloaded.window_seconds == 15
    assert overloaded.injector.open_at_end == 0
    assert 40 < overloaded.injector.drain_seconds < plan.drain_seconds
