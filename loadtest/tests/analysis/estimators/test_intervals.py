"""
Intervals cover the truth as often as they claim, and batches lose nothing.
"""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.analysis.decisions.late_workflow_tasks import BUSY_BURST, CALM_BURST, burst_of, judge_share
from loadtest.analysis.estimators.intervals import (
    batch_rates,
    mean_of,
    ratio,
    samples_to_keep,
    scaled,
    share_ends,
    slope,
)
from loadtest.results.estimate import Estimate
from loadtest.results.window_decision import Decided

numbers = st.floats(-1e6, 1e6, allow_nan=False)


def test_a_known_interval() -> None:
    """
    1, 2, 3 has the mean 2 and t(0.975, 2) = 4.303 times 1/sqrt(3) beside it.
    """
    found = mean_of([1.0, 2.0, 3.0], "repetitions")

    assert found.value == 2.0
    assert found.half_width == pytest.approx(4.302653 / math.sqrt(3))
    assert (found.n, found.of) == (3, "repetitions")


def test_95_of_100_intervals_cover_the_truth() -> None:
    """
    Of 2,000 samples of five, the intervals of 93 to 97 % hold the true mean.
    """
    draw = random.Random(11)
    hits = 0
    for _ in range(2000):
        found = mean_of([draw.gauss(8.6, 0.4) for _ in range(5)], "batches")
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 8.6 <= found.high

    assert 0.93 <= hits / 2000 <= 0.97


@pytest.mark.parametrize("values", [[], [1.0]], ids=["none", "one"])
def test_one_number_has_no_interval_and_so_no_mean(values: list[float]) -> None:
    """
    A mean never travels without its half width.
    """
    assert mean_of(values, "repetitions") == Estimate(None, None, len(values), "repetitions")


@given(st.lists(numbers, min_size=2, max_size=30), numbers, st.floats(0.01, 100))
def test_an_interval_moves_and_stretches_with_its_values(
    values: list[float], shift: float, factor: float
) -> None:
    """
    Shifting moves the mean alone, stretching scales both; the half width is never negative.
    """
    found = mean_of(values, "batches")
    moved = mean_of([value * factor + shift for value in values], "batches")
    expected = scaled(found, factor)

    assert found.half_width is not None
    assert found.half_width >= 0
    assert expected.value is not None
    tolerance = {"rel": 1e-6, "abs": 1e-6 * (abs(shift) + factor * 1e6) ** 1.0 + 1e-3}
    assert moved.value == pytest.approx(expected.value + shift, **tolerance)
    assert moved.half_width == pytest.approx(expected.half_width, **tolerance)


@given(st.lists(st.integers(0, 40), min_size=15, max_size=60))
def test_batches_of_a_window_add_up_to_it(counts: list[int]) -> None:
    """
    The mean of the batches' rates is the window's rate, whatever happened within.
    """
    seconds = len(counts)
    points = [(0.0, 0.0)]
    for at, count in enumerate(counts, 1):
        points.append((float(at), points[-1][1] + count))

    rates = batch_rates(points, 0.0, float(seconds))

    assert 3 <= len(rates) <= 10
    assert sum(rates) / len(rates) == pytest.approx(sum(counts) / seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("points", "end"),
    [
        pytest.param([], 15.0, id="no look"),
        pytest.param([(0.0, 0.0), (15.0, 30.0)], 15.0, id="two looks"),
        pytest.param([(float(t), 2.0 * t) for t in range(6)], 15.0, id="the looks stopped"),
        pytest.param([(float(t), 2.0 * t) for t in range(9, 16)], 15.0, id="the looks began late"),
        pytest.param([(0.0, 0.0), (1.0, 2.0), (2.0, 4.0)], 2.0, id="too short"),
    ],
)
def test_a_window_that_was_not_seen_has_no_batches(points: list[tuple[float, float]], end: float) -> None:
    """
    Gaps are not filled with guesses.
    """
    assert batch_rates(points, 0.0, end) == []


def test_a_steady_rate_seen_at_odd_times_has_equal_batches() -> None:
    """
    Looks need not fall on the batches' edges.
    """
    points = [(0.4 + t, 8.6 * (0.4 + t)) for t in range(20)]

    rates = batch_rates(points, 1.0, 19.0)

    assert rates == pytest.approx([8.6] * 6)


def test_relative_errors_of_a_ratio_add_as_squares() -> None:
    """
    3 % above and 4 % below make 5 %.
    """
    found = ratio(Estimate(8.0, 0.24, 5, "batches"), Estimate(2.0, 0.08, 5, "batches"))

    assert found.value == 4.0
    assert found.half_width == pytest.approx(0.2)


@given(st.floats(-5, 5), st.floats(-100, 100))
def test_the_slope_of_a_line_is_found_exactly(gradient: float, offset: float) -> None:
    """
    Without noise the interval has no width.
    """
    found = slope([(float(t), offset + gradient * t) for t in range(20)], "seconds")

    assert found.value == pytest.approx(gradient, abs=1e-9)
    assert found.half_width == pytest.approx(0.0, abs=1e-6)


def test_95_of_100_slopes_cover_the_truth() -> None:
    """
    With independent noise the interval claims no more than it holds.
    """
    draw = random.Random(5)
    hits = 0
    for _ in range(1000):
        found = slope([(float(t), 0.9 * t + draw.gauss(0, 2)) for t in range(20)], "seconds")
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0.9 <= found.high

    assert 0.92 <= hits / 1000 <= 0.98


@pytest.mark.parametrize("points", [[], [(1.0, 1.0)] * 4, [(1.0, 1.0)] * 9], ids=["none", "four", "no span"])
def test_too_few_points_have_no_slope(points: list[tuple[float, float]]) -> None:
    """
    Four points, or points at one time, say nothing of growth.
    """
    assert slope(points, "seconds").value is None


def test_none_of_54_may_be_five_percent() -> None:
    """
    The one-sided upper end for nothing seen is 1 - 0.05^(1/n), near 3/n.
    """
    assert share_ends(0, 54)[1] == pytest.approx(1 - 0.05 ** (1 / 54))
    assert share_ends(0, 54)[0] == 0.0
    assert share_ends(54, 54) == (pytest.approx(0.05 ** (1 / 54)), 1.0)
    assert share_ends(0, 0) == (0.0, 1.0)


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_ends_lie_around_the_share(late: int, more: int) -> None:
    """
    Whatever was counted.
    """
    low, high = share_ends(late, late + more)

    assert 0 <= low <= late / (late + more) <= high <= 1


@pytest.mark.parametrize("truth", [0.01, 0.05, 0.2])
def test_each_end_is_on_the_wrong_side_in_at_most_five_percent(truth: float) -> None:
    """
    Of all counts that a truth can give, weighted by their chance.
    """
    chance, n = np.random.default_rng(1), 120
    hits = chance.binomial(n, truth, 4000)
    ends = {int(hit): share_ends(float(hit), n) for hit in set(hits.tolist())}

    assert np.mean([ends[int(hit)][1] < truth for hit in hits]) <= 0.055
    assert np.mean([ends[int(hit)][0] > truth for hit in hits]) <= 0.055


def test_so_many_without_a_late_one_keep_a_share() -> None:
    """
    59 keep 5 %; in bursts of three it takes three times as many.
    """
    assert samples_to_keep(0.05) in (59, 60)
    assert samples_to_keep(0.05, CALM_BURST) in (177, 180)
    assert share_ends(0, samples_to_keep(0.01))[1] <= 0.01


@pytest.mark.parametrize(
    ("late", "counted", "burst", "answer"),
    [
        pytest.param(0, 245, CALM_BURST, Decided.MET, id="a demo's window"),
        pytest.param(0, 150, CALM_BURST, Decided.UNDECIDED, id="a short window"),
        pytest.param(0, 245, BUSY_BURST, Decided.UNDECIDED, id="slots not seen"),
        pytest.param(12, 245, CALM_BURST, Decided.UNDECIDED, id="just 5 %"),
        pytest.param(40, 245, CALM_BURST, Decided.MISSED, id="16 %"),
    ],
)
def test_workflow_tasks_are_judged_by_their_share(
    late: float, counted: int, burst: float, answer: Decided
) -> None:
    """
    Bursts make many late tasks out of one event, so they count for less.
    """
    found = judge_share(late, counted, 20.0, burst)

    assert found.answer is answer
    assert (found.why is None) == (answer is not Decided.UNDECIDED)


def test_slots_that_nobody_saw_are_taken_for_busy_ones() -> None:
    """
    Bursts of full slots are longer.
    """
    assert [burst_of(busy) for busy in (0.01, 0.5, 0.6, None)] == [
        CALM_BURST,
        CALM_BURST,
        BUSY_BURST,
        BUSY_BURST,
    ]
