"""
Two attempts at one step that may both be believed, as where a later version's rules are read over an older run's folder: they have the
same draws and the same schedule, and are no two repetitions.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.analysis.costs.sizing_steps import saturated_steps
from loadtest.report.run_cells import cells
from loadtest.results.measured_step import Measured

PLAN = synthetic_steps.demo_plan()
STEPS = synthetic_steps.steps(PLAN)


def _again(step: Measured) -> Measured:
    return replace(step, key=replace(step.key, attempt=2), started_at=step.started_at + 100)


def test_what_is_told_of_two_attempts_is_what_is_told_of_the_later_one() -> None:
    """
    Throughput, demand and law are those of one step for each cell, and the earlier attempt is marked as not used.
    """
    later = [_again(step) for step in STEPS]
    once = analyse(later, PLAN, synthetic_steps.manifest())

    twice = analyse([*STEPS, *later], PLAN, synthetic_steps.manifest())

    assert twice.scaling == once.scaling
    assert twice.demands == once.demands
    assert twice.steps[len(STEPS) :] == once.steps
    assert all(step.superseded for step in twice.steps[: len(STEPS)])
    assert [len(cell.usable) for cell in cells(twice)] == [1] * len(STEPS)


def test_an_attempt_stands_where_no_later_one_may_be_believed() -> None:
    """
    Whatever was tried afterwards.
    """
    broken = [replace(_again(step), gone=("worker-1",)) for step in STEPS]

    found = analyse([*STEPS, *broken], PLAN, synthetic_steps.manifest())

    assert [step.superseded for step in found.steps] == [False] * len(found.steps)
    assert found.scaling == analyse(STEPS, PLAN, synthetic_steps.manifest()).scaling


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_saturate_step_is_one_point_of_the_throughput(attempts: int) -> None:
    """
    However many attempts at it may be believed.
    """
    steps = [*STEPS, *(_again(step) for step in STEPS if attempts > 1)]

    found = saturated_steps(steps)

    assert [(step.key.replicas, step.key.attempt) for step in found] == [
        (count, attempts) for count in PLAN.replicas
    ]
