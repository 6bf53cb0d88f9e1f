"""
The chances of an order, all drawn from its own seed.

It is a pure function of seed, step, round and attempt, so that a run can be repeated.
"""

from __future__ import annotations

import random

from repairshop.contract import Spread, WorkProfile


def chance_of(seed: int, step: str, round_: int, attempt: int) -> random.Random:
    """
    Return the source of all draws of one attempt.
    """
    return random.Random(f"{seed}/{step}/{round_}/{attempt}")


def draw_seconds(work: WorkProfile, chance: random.Random) -> float:
    """
    Draw how long an activity waits.
    """
    if work.seconds <= 0:
        return 0.0
    if work.spread is Spread.UNIFORM:
        return work.seconds * chance.uniform(1 - work.spread_ratio, 1 + work.spread_ratio)
    if work.spread is Spread.EXPONENTIAL:
        return chance.expovariate(1 / work.seconds)
    return work.seconds
