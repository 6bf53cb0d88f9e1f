"""
The load of a step as it was carried out, with the shape of an open load's schedule: the rates between which it runs, and
its wording.
"""

from __future__ import annotations

from collections.abc import Callable

from loadtest.plan import ArrivalKind, Fraction, Load, Plan, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepLoad
from loadtest.results.step_result_parts import Shape


def step_load(measured: Measured, plan: Plan) -> StepLoad:
    """
    Return the load of a step.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
    """
    asked = plan.loads[measured.key.load]
    return StepLoad(
        index=measured.key.load,
        kind=asked.kind.value,
        arrival_rate=measured.arrival_rate,
        in_flight=measured.in_flight,
        doubled=measured.key.doubled,
        fraction=asked.fraction if isinstance(asked, Fraction) else None,
        shape=load_shape(asked, measured.arrival_rate),
    )


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
