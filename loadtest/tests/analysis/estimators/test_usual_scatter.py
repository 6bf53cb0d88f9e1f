"""
Widths of the rows of an answer, from steps of known scatter.
"""

from __future__ import annotations

import numpy as np
import pytest

from loadtest.analysis.costs.cpu_cost import CostPoint, MarginalCost, fit_marginal_cost
from loadtest.analysis.estimators.usual_scatter import ROWS, STATED, Scatter, next_value, with_usual
from loadtest.results.sweep_result import Interval

USUAL = Scatter(0.05, 5.0)
RATES = (1.0, 1.9, 2.4, 4.8, 7.0)
ANSWERS = 300


def _holds(told: Interval | str, step: float) -> bool:
    assert isinstance(told, Interval)
    assert told.low is not None
    assert told.high is not None
    return told.low <= step <= told.high


def _answer_holds(seed: int, spread: float) -> bool:
    """
    Whether all rows of one answer hold: half of them lines, half of them means.
    """
    chance = np.random.default_rng(seed)
    held = []
    for row in range(ROWS):
        noise = 1 + spread * chance.standard_normal(len(RATES) + 1)
        if row % 2:
            held.append(_holds(next_value([3.0 * each for each in noise[1:]], USUAL), 3.0 * noise[0]))
            continue
        fit = fit_marginal_cost(
            [CostPoint(rate, (0.1 + 0.13 * rate) * each) for rate, each in zip(RATES, noise[1:], strict=True)]
        )
        assert isinstance(fit, MarginalCost)
        held.append(_holds(fit.cores_at(3.0, 1.0, USUAL), (0.1 + 0.13 * 3.0) * noise[0]))
    return all(held)


def test_all_rows_hold_at_once_as_often_as_stated() -> None:
    """
    Of 300 answers about steps of the usual scatter 95 % and more hold with all of their eight rows.
    """
    assert np.mean([_answer_holds(seed, USUAL.ratio) for seed in range(ANSWERS)]) >= 0.95


def test_a_noisier_machine_is_seen_in_its_own_steps() -> None:
    """
    Where steps scatter three times as much as is usual, most answers of five steps hold all the same: 82 of 100.
    """
    assert np.mean([_answer_holds(seed, 3 * USUAL.ratio) for seed in range(ANSWERS)]) >= 0.8


def test_a_lucky_sweep_is_not_told_narrow() -> None:
    """
    Three steps that happen to lie on each other keep most of the usual scatter, and ten of them little of it.
    """
    few, many = with_usual(Scatter(0.0, 2.0), USUAL), with_usual(Scatter(0.0, 45.0), USUAL)

    assert few.ratio == pytest.approx(0.05 * (5 / 7) ** 0.5)
    assert many.ratio == pytest.approx(0.05 * (5 / 50) ** 0.5)
    assert few.freedom == 7.0


def test_a_sweeps_own_scatter_is_never_taken_for_less() -> None:
    """
    Other runs narrow no sweep that scatters more than they do; they only say that it is known better.
    """
    found = with_usual(Scatter(0.2, 3.0), USUAL)

    assert found == Scatter(0.2, 8.0)
    assert with_usual(Scatter(0.2, 3.0), None) == Scatter(0.2, 3.0)


def test_values_that_share_their_draws_are_as_wide_as_the_luck_of_others() -> None:
    """
    Steps of one load draw the same work, so that they agree by more than another step would.
    """
    alike = [1.50, 1.50, 1.50, 1.51]

    plain, lucky = next_value(alike), next_value(alike, luck_ratio=0.02)

    assert isinstance(plain, Interval)
    assert isinstance(lucky, Interval)
    assert lucky.high is not None
    assert plain.high is not None
    assert plain.high < 1.55
    assert lucky.high > 1.55
    assert lucky.value == plain.value


def test_one_row_asks_for_more_than_the_whole_answer() -> None:
    """
    Eight rows that each hold so often leave the answer wrong in 5 of 100 cases at most.
    """
    assert (1 - STATED.confidence) * ROWS == pytest.approx(0.05)
