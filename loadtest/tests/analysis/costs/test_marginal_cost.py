"""
Idle and marginal CPU of a part, from steps whose truth is known.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import synthetic

from loadtest.analysis.costs.marginal_cost import CostPoint, MarginalCost, cost_points, fit_marginal_cost
from loadtest.results.measured_step import ProcessUse

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
    seen = synthetic.step(2, "saturate")
    unseen = replace(seen, use={"worker": ProcessUse(None, None, "no metrics server")})

    assert cost_points([seen, unseen], "database") == []
    assert len(cost_points([seen, unseen], "worker")) == 1
