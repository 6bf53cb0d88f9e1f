"""
How sure a share is: known values, and how often the ends hold the truth.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.analysis.decisions.late_workflow_tasks import BUSY_BURST, CALM_BURST, burst_of, judge_share
from loadtest.analysis.estimators.share_interval import samples_to_keep, share_ends
from loadtest.results.window_decision import Decided


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
