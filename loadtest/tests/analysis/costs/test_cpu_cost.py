"""
Idle and marginal CPU of a part, from steps whose truth is known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.costs.cpu_cost import (
    CostPoint,
    MarginalCost,
    cost_points,
    fit_marginal_cost,
    sweep_cpu_cost,
    sweep_part_cost,
)
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import ProcessUse
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import PerPart

GRID = [(n, rate) for n in (1, 2, 3, 4) for rate in (1.5, 2.5 * n)]


def worker_points(seed: int, noise: float = 0.05, idle: float = 0.02) -> list[CostPoint]:
    chance = np.random.default_rng(seed)
    return [
        CostPoint(rate, (idle * n + 0.03 * rate) * (1 + noise * chance.standard_normal()), n)
        for n, rate in GRID
    ]


def test_exact_steps_give_the_truth() -> None:
    """
    Steps without noise give idle and marginal cost back, and a prediction without width.
    """
    fit = fit_marginal_cost(worker_points(1, noise=0.0))

    assert isinstance(fit, MarginalCost)
    assert fit.idle_cores.value == pytest.approx(0.02)
    assert fit.marginal_seconds.value == pytest.approx(0.03)
    assert fit.cores_at(50, 8).value == pytest.approx(1.66)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """
    Of 400 noisy sweeps 93 to 98 % hold each number, and a new step within the range lies in its interval as often.
    """
    held = []
    for seed in range(400):
        fit = fit_marginal_cost(worker_points(seed))
        assert isinstance(fit, MarginalCost)
        step = (0.02 * 3 + 0.03 * 5) * (1 + 0.05 * np.random.default_rng((seed, 9)).standard_normal())
        held.append(
            [
                bool(
                    interval.low is not None
                    and interval.high is not None
                    and interval.low <= truth <= interval.high
                )
                for interval, truth in (
                    (fit.idle_cores, 0.02),
                    (fit.marginal_seconds, 0.03),
                    (fit.cores_at(5, 3, confidence=0.95), step),
                )
            ]
        )

    shares = np.mean(held, axis=0)
    assert (shares >= 0.92).all(), shares
    assert (shares <= 0.985).all(), shares


def test_beyond_what_was_measured_the_interval_widens() -> None:
    """
    Ten times the highest rate is told with a wider share of its value than a rate within.
    """
    fit = fit_marginal_cost(worker_points(3))

    assert isinstance(fit, MarginalCost)
    within, beyond = fit.cores_at(5, 2), fit.cores_at(100, 2)
    assert within.high is not None
    assert beyond.high is not None
    assert beyond.high / beyond.value > within.high / within.value


def test_idle_is_never_below_zero() -> None:
    """
    A part whose steps cross zero below nothing has no idle cost, and its orders take all of it.
    """
    fit = fit_marginal_cost([CostPoint(1, 0.09), CostPoint(2, 0.2), CostPoint(4, 0.42), CostPoint(6, 0.6)])

    assert isinstance(fit, MarginalCost)
    assert fit.idle_cores.value == 0.0
    assert fit.marginal_seconds.value == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([CostPoint(1, 0.1), CostPoint(2, 0.2)], "2 steps tell its CPU, and 3 are needed"),
        ([CostPoint(2.4 * n, 0.1 * n, n) for n in (1, 2, 3, 4)], "too much alike"),
        ([CostPoint(rate, 0.1) for rate in (4.0, 4.1, 4.2)], "too much alike"),
        ([CostPoint(1, 0.4), CostPoint(5, 0.2), CostPoint(9, 0.1)], "does not grow with the rate"),
    ],
    ids=["too few", "rate grows with replicas", "one rate", "falls"],
)
def test_what_cannot_be_told_is_refused(points: list[CostPoint], why: str) -> None:
    """
    Steps that cannot tell idle from marginal give the reason instead of numbers.
    """
    fit = fit_marginal_cost(points)

    assert isinstance(fit, str)
    assert why in fit


def test_a_step_without_cpu_is_left_out() -> None:
    """
    A step whose part nobody looked at gives no point, which is not a point of zero cores.
    """
    seen = synthetic_steps.step(2, "saturate")
    unseen = replace(seen, use={"worker": ProcessUse(None, None, "no metrics server")})

    assert cost_points([seen, unseen], "database") == []
    assert len(cost_points([seen, unseen], "worker")) == 1


@pytest.fixture(scope="module")
def step() -> StepResult:
    """
    A read step, to be changed.
    """
    return read_step(synthetic_steps.step(1, "saturate"), synthetic_steps.demo_plan())


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
    found = sweep_cpu_cost([made(step, *each) for each in SWEEP])

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

    assert sweep_cpu_cost([*(made(step, *each) for each in SWEEP), wild]).server.steps == 6
