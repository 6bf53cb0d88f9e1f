"""
What held a saturate step's throughput, and whether it drifted.
"""

from __future__ import annotations

import numpy as np
import pytest

from loadtest.analysis.saturation.saturation_limit import drift_of_halves, full_from, limit_of
from loadtest.results.step_result_parts import Limit


@pytest.mark.parametrize(
    ("used", "rise", "limit"),
    [
        (0.985, None, Limit.SLOTS),
        (0.97, 0.1, Limit.SLOTS),
        (0.86, None, Limit.UNTRIED),
        (0.86, 0.008, Limit.HAND_OVER),
        (0.86, 0.03, Limit.HAND_OVER),
        (0.80, 0.2, Limit.LOOP),
        (None, 0.2, Limit.UNKNOWN),
    ],
)
def test_what_held_a_closed_load(used: float | None, rise: float | None, limit: Limit) -> None:
    """
    Slots in use; else whether twice the orders in flight complete more than 3 % more; not known where nobody saw slots.
    """
    assert limit_of(used, rise) is limit


def test_full_slots_are_told_free_by_chance_in_few_cases() -> None:
    """
    Slots in use in 97 % of the looks, 4 of them for 15 s: at most 4 % of 10,000 windows are told to leave slots free; the
    bound without its chance would tell it of two fifths.
    """
    seen = np.random.default_rng(2).binomial(60, 0.97, 10_000) / 60

    assert np.mean(seen < full_from(60)) <= 0.04
    assert np.mean(seen < 0.97) > 0.25
    assert [limit_of(0.94, None, looks) for looks in (60, 6000)] == [Limit.SLOTS, Limit.UNTRIED]


@pytest.mark.parametrize(
    ("first", "second", "cv", "seen"),
    [
        (120, 120, 0.28, False),
        (115, 125, 0.28, False),
        (100, 130, 0.28, True),
        (100, 130, 1.0, False),
        (10_000, 10_250, 0.28, False),
        (10_000, 10_500, 0.28, True),
    ],
    ids=["level", "within noise", "drift", "drift within noise", "sure but small", "sure and material"],
)
def test_halves_differ_only_beyond_noise_and_beyond_3_percent(
    first: int, second: int, cv: float, seen: bool
) -> None:
    """
    Both are needed.
    """
    assert drift_of_halves(first, second, cv).seen is seen


def test_a_level_window_rings_in_few_percent_of_cases() -> None:
    """
    No drift at all, exponential work, 4 slots, 15 s: at most 3 % of 1,000.
    """
    chance = np.random.default_rng(1)
    ends = np.cumsum(chance.exponential(0.26, (1000, 4, 200)), axis=2)
    counts = [((ends[..., :] < 7.5).sum((1, 2)), ((ends >= 7.5) & (ends < 15)).sum((1, 2)))]

    rung = [drift_of_halves(int(a), int(b), 1.0).seen for a, b in zip(*counts[0], strict=True)]

    assert np.mean(rung) <= 0.03


def test_what_could_not_be_seen_is_told() -> None:
    """
    5.2 cv / sqrt(activities), and never below 3 %.
    """
    assert drift_of_halves(115, 116, 1.0).least_seen_ratio == pytest.approx(5.2 / 231**0.5)
    assert drift_of_halves(50_000, 50_000, 0.28).least_seen_ratio == 0.03


def test_nothing_finished_is_no_level_window() -> None:
    """
    It is no window at all.
    """
    with pytest.raises(ValueError, match="no activity finished"):
        drift_of_halves(0, 0, 0.28)
