"""
The steps of a run that tell what a rate needs, and how throughput grows with the replicas by them.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.capacities.extrapolation import Extrapolation, fit_extrapolation
from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.judged_steps.step_verdict import judge_closed, judge_in_run
from loadtest.analysis.readings.full_machine import is_full
from loadtest.analysis.saturation.cell_capacity import cell_capacity
from loadtest.analysis.saturation.doubled_closed_load import counting_steps
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepVerdict


def believable_steps(steps: Sequence[Measured], plan: Plan) -> list[Measured]:
    """
    Return the steps of one setting that count: the valid ones, and the overloaded ones, whose costs are real.

    Args:
        steps: Steps of the setting.
        plan: Plan of the setting.
    """
    closed = judge_closed(steps, plan)
    judged = (judge_in_run(step, plan, closed)[0] for step in steps)
    return [each.measured for each in judged if each.verdict is not StepVerdict.INVALID]


def fills_machine(step: Measured) -> bool:
    """
    Tell whether a step left the machine no free core, so that its throughput is the machine's and not the replicas'.
    """
    return is_full(step.limits.machine)


def saturated_steps(steps: Sequence[Measured]) -> list[Measured]:
    """
    Return the saturate steps that tell what replicas carry: those whose throughput is used and that did not fill the
    machine, or all if each filled it.

    A loop that was sized without the workers' slots may have been too small to fill them, so it tells nothing.
    """
    saturated = counting_steps(step for step in steps if step.slots is not None)
    return [step for step in saturated if not fills_machine(step)] or saturated


def extrapolation_of(steps: Sequence[Measured], plan: Plan) -> Extrapolation | None:
    """
    Fit throughput against replicas, ``None`` without a saturate step.
    """
    points, spreads = [], [0.0]
    for step in saturated_steps(steps):
        found = cell_capacity([step])
        if found is not None:
            points.append((step.key.replicas, found.capacity.orders_per_second))
            spreads.append(found.capacity.half_width_ratio / NORMAL_95)
    return fit_extrapolation(points, max(spreads), plan.seed) if points else None
