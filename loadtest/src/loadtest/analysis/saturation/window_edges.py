"""
What the two edges of a closed load's window do to its counts: they cut the activities that are in the slots just then.

All orders of a closed load start at once, so that its slots work in step until the spread of their times has mixed them:
activities of the same 2 s in four slots end four at a time, and a window of 15 s holds 28 or 32 of them.
"""

from __future__ import annotations

import math

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
