"""
A rate against the capacity that a saturate step showed.
"""

from __future__ import annotations

import math

import pytest

from loadtest.analysis.saturation.slot_capacity import (
    LoadLevel,
    SlotCapacity,
    capacity_of_known_draws,
    capacity_of_unknown_draws,
    throughput_half_width,
)
from loadtest.analysis.twin.work_distribution import ExponentialWork, UniformWork


def test_known_draws_take_the_mean_of_the_distribution() -> None:
    """
    4 slots, six activities of 250 + 6 + 4 ms: 2.564 orders a second, within 1.5 %.
    """
    capacity = capacity_of_known_draws(4, 6, UniformWork(0.25, 0.5), 0.006, 0.004)

    assert capacity.orders_per_second == pytest.approx(2.564, abs=0.001)
    assert capacity.half_width_ratio == 0.015
    assert capacity_of_known_draws(4, 6, ExponentialWork(0.25), 0.006, 0.004).half_width_ratio == 0.04


@pytest.mark.parametrize(
    ("utilization", "level"),
    [
        (0.84, LoadLevel.BELOW),
        (0.98, LoadLevel.BELOW),
        (0.99, LoadLevel.AT),
        (1.01, LoadLevel.AT),
        (1.02, LoadLevel.ABOVE),
        (1.05, LoadLevel.ABOVE),
        (3.1, LoadLevel.ABOVE),
    ],
)
def test_a_rate_is_above_capacity_beyond_its_half_width(utilization: float, level: LoadLevel) -> None:
    """
    1.5 % either side is "at": its waits grow with the window.
    """
    capacity = SlotCapacity(2.5, 0.015)

    assert capacity.level(2.5 * utilization) is level
    assert capacity.utilization(2.5 * utilization) == pytest.approx(utilization)


def test_unknown_draws_have_the_luck_of_their_activities() -> None:
    """
    15 s of one replica, 231 activities of cv 0.28: 3.6 %.
    """
    assert throughput_half_width(0.28, 231) == pytest.approx(0.036, abs=0.0005)
    assert capacity_of_unknown_draws(2.56, 0.28, 231).half_width_ratio == pytest.approx(0.036, abs=0.0005)


def test_no_activity_bounds_nothing() -> None:
    """
    Then no rate is above or below.
    """
    assert throughput_half_width(0.28, 0) == math.inf
    assert SlotCapacity(2.5, math.inf).level(100.0) is LoadLevel.AT
