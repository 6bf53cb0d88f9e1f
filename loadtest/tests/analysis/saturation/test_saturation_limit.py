"""
What held a saturate step's throughput, and whether it drifted.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import synthetic_steps
from event_system import EventSystem, Traits
from known_system import ACTIVITIES, WORK
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.saturation.saturation_limit import (
    LEAST_LACKING_ORDERS_RATIO,
    RISE_RATIO,
    drift_of_halves,
    full_from,
    lacking_orders_ratio,
    limit_of,
)
from loadtest.results.step_key import StepKey
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


LONG_SECONDS = 400.0
WARM_UP_SECONDS = 40.0
SEEDS = range(1, 6)
ENOUGH = {
    "quick hand-over": Traits(1),
    "slow hand-over": Traits(1, dead_seconds=0.05),
    "0.1 s between activities": Traits(1, gap_seconds=0.1),
    "two replicas, 0.15 s between": Traits(2, gap_seconds=0.15, dead_seconds=0.05),
}
LACKING = {
    "0.3 s between activities": Traits(1, gap_seconds=0.3),
    "0.1 to 0.9 s between": Traits(1, gap_seconds=0.1, gap_jitter_seconds=0.2),
    "four replicas, 0.3 s between": Traits(4, gap_seconds=0.3),
    "slow hand-over as well": Traits(1, gap_seconds=0.3, gap_jitter_seconds=0.2, dead_seconds=0.05),
}


def _completed(traits: Traits, orders_per_slot: int) -> int:
    slots = traits.replicas * traits.slots
    system = EventSystem(traits, 99)
    draws = WORK["uniform"].draw(99, int(LONG_SECONDS * slots), ACTIVITIES)
    system.saturate(orders_per_slot * slots, draws, LONG_SECONDS)
    return sum(WARM_UP_SECONDS < at < LONG_SECONDS for at in system.record.started)


def _lacking_ratios(traits: Traits) -> list[float]:
    found = []
    for seed in SEEDS:
        plan = plan_of_one_count(traits.replicas, 0.15, "uniform", seed)
        step = SearchedSystem(traits, seed, draws_known=False).saturated(
            plan, StepKey(traits.replicas, 0, "saturate", 1)
        )
        found.append(lacking_orders_ratio(step) or 0.0)
    return found


@pytest.mark.parametrize("traits", ENOUGH.values(), ids=ENOUGH)
def test_slots_that_lack_no_orders_gain_nothing_from_more(traits: Traits) -> None:
    """However long the hand-over leaves them idle, each of five steps of 15 s says so."""
    assert _completed(traits, 4) / _completed(traits, 2) - 1 < RISE_RATIO
    assert max(_lacking_ratios(traits)) < LEAST_LACKING_ORDERS_RATIO


@pytest.mark.parametrize("traits", LACKING.values(), ids=LACKING)
def test_slots_that_twice_the_orders_fill_are_seen_to_lack_them(traits: Traits) -> None:
    """In each of five steps of 15 s, so that none goes without its second step."""
    assert _completed(traits, 4) / _completed(traits, 2) - 1 > RISE_RATIO
    assert min(_lacking_ratios(traits)) >= LEAST_LACKING_ORDERS_RATIO


def test_nobody_knows_of_workers_without_a_page() -> None:
    """Nor of an open load."""
    assert lacking_orders_ratio(synthetic_steps.step(1, "open")) is None
    assert lacking_orders_ratio(replace(synthetic_steps.step(1, "saturate"), worker_window=None)) is None
