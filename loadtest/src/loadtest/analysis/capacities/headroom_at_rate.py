"""
Whether a replica count carries a rate, from the bracket of its capacity.
"""

from __future__ import annotations

from loadtest.analysis.capacities.capacity_search import SIDE_RATIO, CapacityBracket
from loadtest.results.capacity_result import Carries, Headroom


def headroom_of(bracket: CapacityBracket, rate: float) -> Headroom:
    """
    Compare a rate with the bracket of a capacity.

    A side that is only the model's answer must be cleared by 5 % more than a side that traffic showed.

    Args:
        bracket: Bracket of one replica count's capacity.
        rate: Orders per second.
    """
    if bracket.low is None or bracket.high is None:
        return Headroom(Carries.UNKNOWN, None, None, bracket.why or "there is no bracket")
    low, high = bracket.low / rate - 1, bracket.high / rate - 1
    if rate <= (bracket.low if bracket.low_confirmed else bracket.low / SIDE_RATIO):
        return Headroom(Carries.ENOUGH, low, high)
    if rate >= (bracket.high if bracket.high_confirmed else bracket.high * SIDE_RATIO):
        return Headroom(Carries.NOT_ENOUGH, low, high)
    return Headroom(
        Carries.UNKNOWN, low, high, "the rate lies in the bracket, or near a side that is the model's word"
    )
