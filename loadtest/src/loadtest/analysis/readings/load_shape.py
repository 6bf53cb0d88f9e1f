"""
The shape of an open load's schedule: the rates between which it runs, and its wording.
"""

from __future__ import annotations

from collections.abc import Callable

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


def shape_text(shape: Shape, rate: Callable[[float], str], unit: str = "/s") -> str:
    """
    Word the rates of a shape: "4/s", "a spike of 12 over 4/s", "a ramp from 1 to 4/s".

    Args: Shape with rates in starts per second.
    """
    lowest, highest = rate(shape.lowest_rate), rate(shape.highest_rate)
    if shape.lowest_rate == shape.highest_rate:
        return f"{highest}{unit}"
    if shape.kind == ArrivalKind.SPIKE:
        return f"a spike of {highest} over {lowest}{unit}"
    return f"a {shape.kind} from {lowest} to {highest}{unit}"
