"""
Orders whose activities fail for good, from the plan to the run's verdict.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.analysis import analyse
from loadtest.design.grid import Grid
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.plan import Slo, Work
from loadtest.report.sweep_text import text_report
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.run_folder import Run
from loadtest.results.sweep_result import RunVerdict, SweepResult


async def _swept(folder: Path, system: FakeSystem, *, probability: float, error_ratio: float) -> SweepResult:
    """
    Carry out a plan whose activities fail so often, and may fail so many of its orders.
    """
    plan = quick_plan(
        replicas=(1,),
        work=Work(failure_probability=probability),
        slo=Slo(schedule_to_start_p95_seconds=None, error_ratio=error_ratio),
    )
    run = Run.create(folder, plan, synthetic_steps.manifest())
    ports = {None: fake_ports(system)}
    await run_experiment(
        ports, run, Subject(ACTIVITIES, own_worker=True), Grid(plan), lambda event: None, system.clock
    )
    return analyse(run.read_steps(), plan, run.manifest)


async def test_orders_that_fail_miss_a_plan_that_allows_none(system: FakeSystem, tmp_path: Path) -> None:
    """Each step may be believed, and says which outcome the orders had; the run has failed."""
    sweep = await _swept(tmp_path, system, probability=0.5, error_ratio=0.0)

    assert sweep.verdict is RunVerdict.FAIL, sweep.reasons
    (demand,) = sweep.demands
    (judged,) = demand.by_replicas.values()
    assert judged.answer.value == "missed"
    opened = next(step for step in sweep.steps if step.load.kind == "open")
    failed = opened.failed[Failure(FailureKind.OUTCOME, "failed")]
    assert opened.is_usable
    assert failed == opened.errors.failed > 0
    assert f"{failed} of {opened.errors.finished} did" in "; ".join(judged.why)
    assert f"{failed} of {opened.errors.finished} orders failed: {failed} failed" in text_report(sweep)


@pytest.mark.parametrize(
    ("probability", "error_ratio"), [(0.0, 0.0), (0.5, 0.5)], ids=["none-fails", "half-may-fail"]
)
async def test_orders_that_may_fail_keep_it(
    system: FakeSystem, tmp_path: Path, probability: float, error_ratio: float
) -> None:
    """The same loop, where nothing fails or more may."""
    sweep = await _swept(tmp_path, system, probability=probability, error_ratio=error_ratio)

    assert sweep.verdict is RunVerdict.PASS, sweep.reasons
