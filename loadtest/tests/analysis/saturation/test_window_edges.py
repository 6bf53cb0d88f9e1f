"""
How far a closed load's counts are off by where its window begins and ends, against slots that are counted one by one.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from loadtest.analysis.saturation.saturation_limit import drift_of_halves
from loadtest.analysis.saturation.slot_capacity import throughput_half_width
from loadtest.analysis.saturation.window_edges import edge_ratio, in_step_ratio


def counted(
    chance: np.random.Generator, cv: float, slots: int, before: float, turns: float
) -> tuple[int, int]:
    """
    Return how many activities of a mean of 1 s end in each half of a window, in slots that all start at once.
    """
    many = int(4 * (before + turns)) + 60
    ends = np.cumsum(np.maximum(0.01, chance.normal(1, cv, (slots, many))), axis=1)
    middle, end = before + turns / 2, before + turns
    return int(((ends >= before) & (ends < middle)).sum()), int(((ends >= middle) & (ends < end)).sum())


@pytest.mark.parametrize(
    ("cv", "slots", "before", "turns"),
    [
        pytest.param(0.02, 4, 2.5, 7.5, id="2 s, all alike"),
        pytest.param(0.02, 100, 0.25, 1.5, id="longer than the warm-up"),
        pytest.param(0.28, 4, 2.5, 7.5, id="2 s, uniform"),
        pytest.param(0.28, 16, 1.0, 3.0, id="5 s, uniform"),
        pytest.param(0.28, 4, 20.0, 60.0, id="a quarter of a second, uniform"),
        pytest.param(0.05, 16, 5.0, 15.0, id="1 s, nearly alike"),
    ],
)
def test_the_half_width_holds_the_true_rate_however_long_an_activity_is(
    cv: float, slots: int, before: float, turns: float
) -> None:
    """
    Of 400 windows of about such a length at least 93 of 100; the spread of the times alone held as few as 1 in 10.  And
    hardly one of them has halves that are called uneven.
    """
    chance, held, uneven = np.random.default_rng(4), 0, 0
    for _ in range(400):
        # Nobody knows which part of a turn an edge cuts.
        start, length = before + chance.random() - 0.5 * (before > 1), turns + chance.random() - 0.5
        first, second = counted(chance, cv, slots, start, length)
        edges, found = edge_ratio(cv, length, start, slots), first + second
        held += abs(found / (slots * length) - 1) <= throughput_half_width(cv, max(1, found), edges)
        uneven += found > 0 and drift_of_halves(first, second, cv, edges).seen

    assert held >= 372
    assert uneven <= 12


def test_slots_that_start_together_fall_out_of_step_by_their_spread() -> None:
    """
    Uniform times in two turns, times that are all alike never; then as much is cut as independent slots make of it.
    """
    assert in_step_ratio(0.0, 1000) == 1
    assert in_step_ratio(0.29, 2) < 0.05
    assert edge_ratio(0.0, 10, 10, 4) == pytest.approx(math.sqrt(1 / 6) / 10)
    assert edge_ratio(1.0, 10, 10, 4) == pytest.approx(math.sqrt(1 / 6) / math.sqrt(4) / 10, rel=1e-6)


def test_a_window_shorter_than_nothing_tells_nothing() -> None:
    """
    No turn, or no slot, leaves any count possible.
    """
    assert edge_ratio(0.3, 0, 1, 4) == math.inf
    assert edge_ratio(0.3, 2, 1, 0) == math.inf
