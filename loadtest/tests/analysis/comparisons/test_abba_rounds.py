"""
Two settings in rounds of A B B A.
"""

from __future__ import annotations

import math
from statistics import stdev

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import special

from loadtest.analysis.comparisons.abba_rounds import (
    Comparison,
    compare_rounds,
    round_difference,
    rounds_wanted,
)
from loadtest.analysis.estimators.intervals import share_ends


def test_a_round_gives_the_mean_log_ratio() -> None:
    """
    B twice A; and a drift that is the same from block to block cancels.
    """
    assert round_difference([1, 2, 2, 1]) == pytest.approx(math.log(2))
    assert round_difference([1.0, 1.1, 1.21, 1.331]) == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("ratios", "comparison"),
    [
        ((1.00, 1.01, 0.99, 1.00), Comparison.SAME),
        ((1.10, 1.11, 1.09, 1.10), Comparison.MORE),
        ((0.90, 0.91, 0.89, 0.90), Comparison.LESS),
        ((0.90, 1.15, 0.95, 1.10), Comparison.UNKNOWN),
        ((1.020, 1.021, 1.019, 1.020), Comparison.SAME),
    ],
    ids=["same", "more", "less", "cannot tell", "sure but small"],
)
def test_the_interval_says_what_b_is(ratios: tuple[float, ...], comparison: Comparison) -> None:
    """
    Whole within 5 %, on one side of 1, or neither.
    """
    found = compare_rounds([[1, ratio, ratio, 1] for ratio in ratios])

    assert found.comparison is comparison
    assert found.low < found.ratio < found.high
    assert found.rounds == 4
    assert (found.rounds_wanted is None) is (comparison is not Comparison.UNKNOWN)


def test_the_rounds_wanted_make_the_interval_as_narrow_as_the_margin() -> None:
    """
    Differences of sd 0.1155: 2.069 x 0.1155 / sqrt(24) is the first half width below ln 1.05.
    """
    assert rounds_wanted([0.1, -0.1, 0.1, -0.1]) == 24
    assert rounds_wanted([0.0, 0.0, 0.0]) == 3


@given(st.lists(st.floats(-0.4, 0.4), min_size=3, max_size=8))
def test_the_rounds_wanted_would_tell(differences: list[float]) -> None:
    """
    With the mean and the spread of the rounds so far, so many tell, and as many as there are do not.
    """
    found = compare_rounds([[1, math.exp(each), math.exp(each), 1] for each in differences])
    assume(found.comparison is Comparison.UNKNOWN and found.rounds_wanted is not None)
    assert found.rounds_wanted is not None

    mean, margin = math.log(found.ratio), math.log(1.05)
    half = (
        float(special.stdtrit(found.rounds_wanted - 1, 0.975)) * stdev(differences) / found.rounds_wanted**0.5
    )

    assert found.rounds_wanted > found.rounds
    assert half < max(abs(mean), margin - abs(mean)) + 1e-9


def test_rounds_that_would_not_tell_are_not_proposed() -> None:
    """
    Late tasks that come and go by the e-fold: a thousand rounds leave more than 5 % open.
    """
    assert rounds_wanted([2.0, -2.0, 2.0, -2.0]) is None


@pytest.mark.parametrize(("first", "most"), [(4, 8), (5, 8), (3, 6), (4, 4), (3, 12)])
def test_rounds_that_are_added_until_they_tell_find_no_more_differences_that_are_none(
    first: int, most: int
) -> None:
    """
    A setting against itself on a noisy machine: without a word for the looks 12 of 100 would be called different.
    """
    chance, looks, different = np.random.default_rng(8), most - first + 1, 0
    for differences in chance.normal(0, 0.3, (400, most)):
        told = (
            compare_rounds([[1, math.exp(each), math.exp(each), 1] for each in differences[:rounds]], looks)
            for rounds in range(first, most + 1)
        )
        different += any(each.comparison in (Comparison.MORE, Comparison.LESS) for each in told)

    assert share_ends(different, 400)[0] <= 0.05
    assert different >= 6


def test_rounds_that_agree_by_luck_are_no_surer_than_their_counts() -> None:
    """
    58.5 to 59 activities in three rounds of short windows, which the windows' edges alone make of equal settings.
    """
    agreeing = [[59, 58, 59, 59]] * 3
    assert compare_rounds(agreeing).high < 1
    by_edges = compare_rounds(agreeing, least_deviation=0.014)
    assert by_edges.low < 1 < by_edges.high
    assert by_edges.comparison is Comparison.SAME


def test_an_interval_that_the_edges_make_is_narrowed_by_more_rounds() -> None:
    """
    A deviation of 0.1 that is known beforehand: 1.96 x 0.1 / sqrt(17) is the first half width below ln 1.05.
    """
    assert rounds_wanted([0.0, 0.0, 0.0], least_deviation=0.1) == 17


@pytest.mark.parametrize(
    ("rounds", "message"),
    [
        ([[1, 1, 1, 1]] * 2, "at least 3"),
        ([[1, 1, 1]] * 3, "four positive"),
        ([[1, 0, 1, 1]] * 3, "four positive"),
    ],
)
def test_too_little_is_refused(rounds: list[list[float]], message: str) -> None:
    """
    Two rounds have no interval worth the name, a zero no logarithm.
    """
    with pytest.raises(ValueError, match=message):
        compare_rounds(rounds)
