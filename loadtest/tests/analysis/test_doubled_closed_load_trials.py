"""
How often the throughput of a second closed step is used, on simulated systems that gain from it and on others.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from event_system import Traits
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.saturation.doubled_closed_load import closed_load_pairs
from loadtest.results.step_key import StepKey

HANDED_OVER = Traits(1, dead_seconds=0.05)
TOO_FEW = Traits(1, gap_seconds=0.30)
TRIALS = 60


def _risen(traits: Traits, work: str) -> float:
    """
    Return in which share of trials the second step is used; both steps draw the same work and have luck of their own.
    """
    used = 0
    for seed in range(1, TRIALS + 1):
        plan, key = plan_of_one_count(1, 0.15, work, seed), StepKey(1, 0, "saturate", 1)
        system = SearchedSystem(traits, seed, draws_known=False)
        first, second = (system.saturated(plan, replace(key, doubled=twice)) for twice in (False, True))
        used += closed_load_pairs([first, second])[0].counting.key.doubled
    return used / TRIALS


@pytest.mark.parametrize("work", ["uniform", "exponential"])
def test_how_often_the_rule_is_wrong(work: str) -> None:
    """
    A hand-over of 50 ms, which more orders do not shorten: used in at most 10 % of the trials at one replica. Orders that spend half of
    their time between activities, of which twice as many complete a fifth more: used in at least 95 %.
    """
    assert _risen(HANDED_OVER, work) <= 0.10
    assert _risen(TOO_FEW, work) >= 0.95
