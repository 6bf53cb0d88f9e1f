"""
The line of a step tells what its report will tell of it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_results import made

from loadtest.analysis import read_step
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.experiment.step_line import step_line
from loadtest.plan import Slo
from loadtest.results.step_result import StepResult
from loadtest.results.window_decision import Decided, Decision

PLAN = synthetic_steps.demo_plan()
STEP = read_step(synthetic_steps.step(1, "open"), PLAN)
FEW = Decision(Decided.UNDECIDED, 20.0, 0.0, 0.0, 0.0, "0 of 14 late", ())


def test_a_step_that_keeps_every_bound_is_told_as_that() -> None:
    """
    In one word.
    """
    assert step_line(made(STEP), PLAN.slo).endswith(", SLO met")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        pytest.param(made(STEP, failed=3), "missed", id="orders-failed"),
        pytest.param(replace(made(STEP), workflow_decision=FEW), "undecided", id="few-workflow-tasks"),
    ],
)
def test_a_bound_that_activities_do_not_tell_counts_in_a_steps_line(step: StepResult, told: str) -> None:
    """
    The line said that the SLO is met, and the verdict below it that nobody knows, or that it is missed.
    """
    assert step_line(step, PLAN.slo).endswith(f", SLO {told} (its activities' waits: met)")


@pytest.mark.parametrize(
    ("step", "slo", "told"),
    [
        pytest.param(
            replace(made(STEP, failed=3), decision=None),
            PLAN.slo,
            "SLO missed (its activities' waits: undecided)",
            id="waits-not-seen",
        ),
        pytest.param(
            replace(made(STEP, failed=3), decision=None),
            PLAN.slo.model_copy(update={"schedule_to_start_p95_seconds": None}),
            "SLO missed",
            id="no-bound-on-waits",
        ),
        pytest.param(
            replace(made(STEP), load_level=LoadLevel.AT), PLAN.slo, "SLO undecided", id="at-capacity"
        ),
    ],
)
def test_the_slo_is_told_where_the_waits_alone_decide_nothing(step: StepResult, slo: Slo, told: str) -> None:
    """
    Failed orders were left out where no bound on waits was decided, and waits at capacity were said to keep theirs.
    """
    assert step_line(step, slo).endswith(f", {told}")
