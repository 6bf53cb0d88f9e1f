"""
What the two edges of a closed load's window do to its counts: they cut the activities that are in the slots just then.

All orders of a closed load start at once, so that its slots work in step until the spread of their times has mixed them:
activities of the same 2 s in four slots end four at a time, and a window of 15 s holds 28 or 32 of them.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from loadtest.analysis.estimators.usl import NORMAL_95

# Luck alone takes a count hardly this many of its standard deviations away from an even course.
_DEVIATIONS = 3.0
_FEWEST_LOOKS = 8
# Of one slot's turns at an edge: evenly spread between none and one.
_OF_ONE_TURN = 1 / 12


def edge_ratio(cv: float, turns: float, turns_before: float, slots: int) -> float:
    """
    Return the standard deviation that the edges make of the activities counted in a window, as a share of them.

    Args:
        cv: Standard deviation over mean of the time that an activity holds its slot.
        turns: Activities that one slot carries out in the window.
        turns_before: And before it, in the warm-up.
        slots: Over all replicas.
    """
    if turns <= 0 or slots < 1:
        return math.inf
    in_step = in_step_ratio(cv, turns_before) ** 2 + in_step_ratio(cv, turns_before + turns) ** 2
    variance = _OF_ONE_TURN * (slots**2 * in_step + slots * (2 - in_step))
    return math.sqrt(variance) / (slots * turns)


def in_step_ratio(cv: float, turns: float) -> float:
    """
    Return how far slots that started together still work in step after some turns: from 1 to 0.

    Source:
        The first harmonic of the renewal function, for times of a normal distribution.
    """
    return math.exp(-2 * (math.pi * cv) ** 2 * turns)


# A comparison asks it of each block again for each quantity at each look.
@lru_cache(maxsize=1024)
def seen_edge_ratio(totals: tuple[tuple[float, float], ...], cv: float) -> float:
    """
    Return the standard deviation that the edges make of a count, as a share of it, by how far the count ran ahead of an even
    course within the window and behind it; 0 where that is the luck of the activities.

    Where an order has activities of 0.5, 2 and 0.5 s the slots stay in step though the times of all spread widely.

    Args:
        totals: Time and activities finished so far, at the looks of a window.
        cv: Standard deviation over mean of the time that an activity holds its slot.
    """
    if len(totals) < _FEWEST_LOOKS:
        return 0.0
    times, counts = np.array(totals).T
    number = counts[-1] - counts[0]
    if number <= 0:
        return 0.0
    # A rate that rises or falls is a drift, and no step.
    even = np.polyval(np.polyfit(times - times[0], counts, 2), times - times[0])
    farthest = float(np.max(np.abs(counts - even)))
    if farthest <= _DEVIATIONS * cv * math.sqrt(number / 12):
        return 0.0
    return 2 * farthest / NORMAL_95 / float(number)
