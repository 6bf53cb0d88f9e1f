"""
Steps that came into a run's folder by hand: each would be counted, or end the report in an error of its own.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from synthetic_runs import run_of

from loadtest.cli.app import run as program
from loadtest.plan import Open, Saturate
from loadtest.results.run_folder import Run

PLAN = synthetic_steps.demo_plan(replicas=(1,))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of one count, with both of its steps."""
    return run_of(tmp_path / "mine", PLAN, synthetic_steps.steps(PLAN))


def test_a_copy_beside_its_step_is_not_counted_twice(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Nor is one that was renamed: the next report would find a folder of half a step under its own name.
    """
    step = run.path / "steps" / "1-open1-1"
    shutil.copytree(step, step.with_name("1-open1-1 (copy)"))
    before = sorted(run.path.rglob("*"))

    assert program(["report", str(run.path)]) == 2
    shutil.rmtree(step)
    assert program(["report", str(run.path)]) == 2

    told = capsys.readouterr().err
    assert told.count("1-open1-1 (copy): it is the folder of step 1-open1-1; give it that name") == 2
    assert sorted(run.path.rglob("*")) == [path for path in before if path.exists()]


def test_a_step_of_another_plan_is_named(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    One line, and no index out of range.
    """
    plan = synthetic_steps.demo_plan(loads=(Saturate(), Open(), Open(arrival_rate=3.0, window_seconds=20)))
    step = synthetic_steps.step(1, "open")
    key = replace(step.key, load=2)
    other = run_of(tmp_path / "other", plan, [replace(step, key=key)])
    shutil.copytree(other.path / "steps" / key.folder, run.path / "steps" / key.folder)

    code = program(["report", str(run.path)])

    lines = capsys.readouterr().err.splitlines()
    assert (code, len(lines)) == (2, 1)
    assert f"steps/{key.folder}: it has load 2 of kind open, and the run's plan has none such" in lines[0]


def test_a_relief_of_a_limit_is_a_step_of_its_run(tmp_path: Path) -> None:
    """
    Its settings are no factors of the plan.
    """
    step = synthetic_steps.step(1, "saturate", plan=PLAN)
    relieved = replace(step, key=replace(step.key, repetition=2, factors=(("worker.activity_slots", 6),)))

    assert run_of(tmp_path, PLAN, [relieved]).read_steps() == [relieved]
