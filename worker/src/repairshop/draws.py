"""
The chances of an order: how long each activity works, whether it fails, what an inspection finds.

Every draw is a pure function of the order's seed, the activity, the round of repair and the attempt.
Activities draw from here, and a simulation may do so too, so that both have the same work.
"""

from __future__ import annotations

import random

from repairshop.contract import Spread, WorkProfile


def drawn_seconds(work: WorkProfile, seed: int, step: str, round_: int = 0, attempt: int = 1) -> float:
    """
    Return how long an attempt of an activity waits, in seconds.

    Args:
        work: Work profile of the order.
        seed: Seed of the order, ``RepairOrder.seed``.
        step: Name of the activity, such as ``register``.
        round_: How often the device was sent back so far.
        attempt: Number of the attempt, from 1.
    """
    return _seconds(work, _source(seed, step, round_, attempt))


def drawn_failure(work: WorkProfile, seed: int, step: str, round_: int = 0, attempt: int = 1) -> bool:
    """
    Return whether an attempt of an activity fails after its wait; the arguments are those of ``drawn_seconds``.
    """
    if work.failure_probability <= 0:
        return False
    source = _source(seed, step, round_, attempt)
    # The first draw of an attempt is its wait.
    _seconds(work, source)
    return source.random() < work.failure_probability


def passes_inspection(
    work: WorkProfile | None, seed: int, round_: int = 0, item: str = "", items: int = 1
) -> bool:
    """
    Return whether an inspection finds an item in order.

    The attempt does not matter: the same question always has the same answer. The chance of each item is such that the
    whole checklist sends the device back as often as the profile says.

    Args:
        work: Work profile of the order; ``None`` for an order that is never sent back.
        seed: Seed of the order.
        round_: How often the device was sent back so far.
        item: Item that is inspected; empty for a light order, which is inspected as a whole.
        items: Number of items in the checklist.
    """
    if work is None or work.rework_probability <= 0:
        return True
    fails: float = 1 - (1 - work.rework_probability) ** (1 / items)
    return _source(seed, f"verdict/{item}", round_, 0).random() >= fails


def _source(seed: int, step: str, round_: int, attempt: int) -> random.Random:
    return random.Random(f"{seed}/{step}/{round_}/{attempt}")


def _seconds(work: WorkProfile, source: random.Random) -> float:
    if work.seconds <= 0:
        return 0.0
    if work.spread is Spread.UNIFORM:
        return work.seconds * source.uniform(1 - work.spread_ratio, 1 + work.spread_ratio)
    if work.spread is Spread.EXPONENTIAL:
        return source.expovariate(1 / work.seconds)
    return work.seconds
