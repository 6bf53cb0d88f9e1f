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


def passes(work: WorkProfile | None, seed: int, round_: int, item: str = "", items: int = 1) -> bool:
    """
    Draw whether an inspection finds an item in order.

    The attempt has no part in it: who is asked twice gives the same answer.  The chance of each
    item is such that the whole checklist sends the device back as often as the profile says.

    Args:
        work: The profile; ``None`` for one that never sends back.
        seed, round_: The order's seed and the round of repair.
        item: What is inspected.
        items: How long the checklist is.
    """
    if work is None or work.rework_probability <= 0:
        return True
    fails: float = 1 - (1 - work.rework_probability) ** (1 / items)
    return chance_of(seed, f"verdict/{item}", round_, 0).random() >= fails
