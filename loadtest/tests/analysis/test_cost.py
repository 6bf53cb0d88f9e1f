"""
What a workflow costs: the idle part and the marginal part come back from steps that were made of them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic

from loadtest.analysis import read_step
from loadtest.analysis.costs.sweep_cpu_cost import cost, sweep_part_cost
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import PerPart


@pytest.fixture(scope="module")
def step() -> StepResult:
    """
    A read step, to be changed.
    """
    return read_step(synthetic.step(1, "saturate"), synthetic.demo_plan())


def made(step: StepResult, replicas: int, rate: float) -> StepResult:
    """
    A step whose server idles at 0.17 cores and takes 67 ms an order, its workers at 0.015 a replica and 42 ms.
    """
    server, worker = 0.17 / rate + 0.067, 0.015 * replicas / rate + 0.042
    return replace(
        step,
        replicas=replicas,
        throughput_per_second=Estimate(rate, None, 1, "orders"),
        cpu_seconds_per_workflow=PerPart(worker, server, None),
    )


SWEEP = [(1, 2.5), (1, 2.1), (2, 5.0), (2, 2.1), (4, 9.9), (4, 2.1)]


def test_idle_and_marginal_cost_are_told_apart(step: StepResult) -> None:
    """
    The steps alone would say 84 to 148 ms an order; whoever sizes by one of them is wrong at every other rate.
    """
    found = cost([made(step, *each) for each in SWEEP])

    assert found.server.idle_cores is not None
    assert found.server.seconds_per_workflow is not None
    assert found.server.idle_cores.value == pytest.approx(0.17)
    assert found.server.seconds_per_workflow.value == pytest.approx(0.067)
    assert found.worker.idle_cores is not None
    assert found.worker.idle_cores.value == pytest.approx(0.015)
    assert found.worker.seconds_per_workflow is not None
    assert found.worker.seconds_per_workflow.value == pytest.approx(0.042)


@pytest.mark.parametrize(
    ("steps", "part", "why"),
    [
        pytest.param(SWEEP[:2], "server", "3 are needed", id="too few"),
        pytest.param([(1, 2.0), (2, 2.1), (4, 2.0), (8, 2.1)], "server", "too much alike", id="one rate"),
        pytest.param(
            [(1, 2.0), (2, 4.0), (4, 8.0), (8, 16.0)], "worker", "too much alike", id="one rate a replica"
        ),
        pytest.param(SWEEP, "injector", "0 steps tell", id="never seen"),
    ],
)
def test_a_line_that_the_steps_cannot_bear_is_refused(
    steps: list[tuple[int, float]], part: str, why: str, step: StepResult
) -> None:
    """
    No number without a reason.
    """
    found = sweep_part_cost([made(step, *each) for each in steps], part)

    assert (found.idle_cores, found.seconds_per_workflow) == (None, None)
    assert why in (found.why or "")


def test_an_invalid_step_is_left_out(step: StepResult) -> None:
    """
    Its numbers are no result, so they bend no line.
    """
    wild = replace(
        made(step, 4, 30.0), verdict=StepVerdict.INVALID, cpu_seconds_per_workflow=PerPart(9.0, 9.0, 9.0)
    )

    assert cost([*(made(step, *each) for each in SWEEP), wild]).server.steps == 6
