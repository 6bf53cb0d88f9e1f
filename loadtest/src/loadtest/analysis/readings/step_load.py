"""
The load of a step as it was carried out.
"""

from __future__ import annotations

from loadtest.analysis.readings.load_shape import load_shape
from loadtest.plan import Fraction, Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepLoad


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
