"""
How long slots lacked orders, read from one closed step, against what twice the orders bring on simulated systems.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from event_system import EventSystem, Traits
from known_system import ACTIVITIES, WORK
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.saturation.saturation_limit import RISE_RATIO
from loadtest.analysis.saturation.slots_lacking_orders import LEAST_LACKING_ORDERS_RATIO, lacking_orders_ratio
from loadtest.results.step_key import StepKey

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
