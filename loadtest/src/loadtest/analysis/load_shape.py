"""
The shape of an open load's schedule: between which rates it runs.
"""

from __future__ import annotations

from loadtest.plan import ArrivalKind, Load, Saturate
from loadtest.results.step_result_parts import Shape


def load_shape(load: Load, arrival_rate: float | None) -> Shape | None:
    """
    Return the shape of a load at its rate in starts per second; ``None`` for a closed load.
    """
    if isinstance(load, Saturate) or arrival_rate is None:
        return None
    given = load.arrivals
    lowest, highest = 1.0, 1.0
    if given.kind is ArrivalKind.SPIKE:
        highest = given.spike_ratio
    elif given.kind in (ArrivalKind.RAMP, ArrivalKind.STEP):
        lowest = given.from_ratio
    return Shape(given.kind.value, lowest * arrival_rate, highest * arrival_rate)
