"""
What a closed load of fewer replicas tells of a count whose own closed load was not measured, or may not be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.decisions.model_answer import is_far_below
from loadtest.analysis.saturation.calibrated_model import calibration_of
from loadtest.analysis.twin import SloBound
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey

# More replicas are assumed to complete at least half of what they would if throughput grew in proportion: on a machine
# without a free core four replicas completed as much as 2.7.
LEAST_EFFICIENCY = 0.5


@dataclass(frozen=True, slots=True)
class FewerReplicas:
    """
    A smaller replica count that was measured.

    Attributes:
        replicas: Number of replicas.
        stages: Number of stages of one order.
    """

    replicas: int
    stages: int


def far_below_by_fewer(
    plan: Plan, measured: Sequence[Measured], key: StepKey, rate: float, bound: SloBound
) -> FewerReplicas | None:
    """
    Return the largest smaller replica count whose model says that a rate is far below the SLO's limit; ``None`` without
    one.

    It tells how long a window must be, and decides nothing: that is left to the window's own execution times.

    Args:
        plan: Plan of the cell.
        measured: Steps that may be believed.
        key: Key of the step to come.
        rate: Arrival rate of that step, in orders per second.
        bound: Bound on the waits.
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
            return FewerReplicas(replicas, len(model.shape))
    return None
