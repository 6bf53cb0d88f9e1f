"""
What a closed load of fewer replicas says of a count whose own one was not measured, or may not be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.decisions.model_answer import is_far_below
from loadtest.analysis.saturation.calibrated_model import calibration_of
from loadtest.analysis.twin import SloBound
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured, StepKey

# More replicas are taken to be worth at least half of what as many times the fewer ones are: on a machine without a core left
# four were worth 2.7.
LEAST_EFFICIENCY = 0.5


@dataclass(frozen=True, slots=True)
class FewerReplicas:
    """
    A smaller count that was measured.

    Attributes:
        replicas: How many.
        activities: Of one order.
    """

    replicas: int
    activities: int


def far_below_by_fewer(
    plan: Plan, measured: Sequence[Measured], key: StepKey, rate: float, bound: SloBound
) -> FewerReplicas | None:
    """
    Return the largest smaller replica count by whose model a rate is far below the edge of this one; ``None`` without one.

    It says how long a window need be, and decides nothing: that is for the window's own execution times.

    Args:
        plan: Of the cell.
        measured: The steps that may be believed.
        key: Of the step to come.
        rate: Of its arrivals, orders per second.
        bound: Of the waits.
    """
    for replicas in sorted(
        {step.key.replicas for step in measured if step.key.replicas < key.replicas}, reverse=True
    ):
        found = calibration_of(plan, measured, replace(key, replicas=replicas))
        if isinstance(found, str):
            continue
        worth = max(1.0, LEAST_EFFICIENCY * key.replicas / replicas)
        model = replace(found.model, slots=int(worth * found.model.slots))
        if is_far_below(model, found.work, rate, bound):
            return FewerReplicas(replicas, model.activities)
    return None
