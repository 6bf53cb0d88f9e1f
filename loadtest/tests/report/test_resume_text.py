"""
What a report says of steps that were not measured.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from synthetic_runs import run_of

from loadtest.analysis import analyse
from loadtest.report.headlines import headlines
from loadtest.report.resume_text import rest_clause, rest_clause_of_sweep, resume_command

PLAN = synthetic_steps.demo_plan()


def test_what_is_left_in_a_cluster_is_submitted_from_where_the_user_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A path of the pod is of no use on the machine that reads the sentence.
    """
    monkeypatch.chdir(tmp_path)
    run = run_of(Path("my runs"), PLAN, [])

    assert resume_command(run) == f"loadtest sweep --resume 'my runs/{run.path.name}'"
    run.write_manifest(replace(run.manifest, target="kubernetes"))
    assert resume_command(run) == f"loadtest submit --resume {run.path.name}"


def test_a_run_whose_budget_is_spent_is_told_no_command(tmp_path: Path) -> None:
    """
    To go on with it measures nothing, so that is what the report says in its place.
    """
    plan = synthetic_steps.demo_plan(budget_seconds=30.0)
    steps = synthetic_steps.steps(plan)[:2]
    run = run_of(tmp_path, plan, steps)

    told = headlines(analyse(steps, plan, run.manifest), rest_clause(run, steps))[-1]

    assert told == "4 of 6 steps were not measured, as the budget of 30 s of windows is spent."
    assert rest_clause(run, steps[:1]) == f"; `{resume_command(run)}` does what is left"


def test_a_run_that_cannot_go_on_is_told_no_command(tmp_path: Path) -> None:
    """
    Each attempt at the closed load from which the open rate is taken was disturbed: to go on would end at once.
    """
    first = synthetic_steps.steps()[0]
    attempts = [
        replace(first, key=replace(first.key, attempt=attempt), gone=("worker-1",)) for attempt in (1, 2, 3)
    ]
    run = run_of(tmp_path, PLAN, attempts)
    sweep = analyse(attempts, PLAN, run.manifest)

    told = headlines(sweep, rest_clause_of_sweep(run, attempts, sweep))[-1]

    assert "`" not in told
    assert told.endswith(
        " steps were not measured: step 1-open1-1 takes its rate from the saturate step of 1 replica, of which no "
        "attempt is valid; measure anew once its cause is gone, or give arrival_rate in the plan."
    )
    assert rest_clause_of_sweep(run, attempts[:1], analyse(attempts[:1], PLAN, run.manifest)).startswith(
        "; `loadtest sweep"
    )
