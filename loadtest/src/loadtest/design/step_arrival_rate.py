"""
The arrival rate of a step: given by the plan, or taken from a saturate step that came before.
"""

from __future__ import annotations

from collections.abc import Iterable

from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.analysis.saturation.cell_capacity import known_draws_capacity
from loadtest.analysis.saturation.doubled_closed_load import counting_steps
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.design.design import KeptStep
from loadtest.errors import MeasurementError
from loadtest.plan import Fraction, Open, Plan, Saturate
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey


def carried_per_second(step: Measured, plan: Plan) -> float:
    """
    Return the workflows per second that a cell carries, as its saturate step shows.

    Where the kit makes the draws, the luck of the drawn work is taken out, so that a share of the rate is a share of
    what the cell carries in the long run. Else it is what was completed, counted in activities where possible.

    Raises:
        MeasurementError: Nothing was completed in the window.
    """
    found = workflows_per_second(step)
    if found <= 0:
        raise MeasurementError(
            f"step {step.key.folder} completed nothing in its window, so no rate can be taken from it; "
            "give arrival_rate in the plan"
        )
    known = known_draws_capacity(step, known_work(plan))
    return found if known is None else known.orders_per_second


def arrival_rate(plan: Plan, key: StepKey, kept: Iterable[KeptStep]) -> float | None:
    """
    Return the starts per second of one step; ``None`` for the closed model.

    The common rate comes from a valid saturate step of the first replica count and of the factors' first values, and is
    the same for all cells and repetitions. A fraction comes from a step of the same cell.

    Raises:
        MeasurementError: There is no valid step to take the rate from.
    """
    load = plan.loads[key.load]
    match load:
        case Saturate():
            return None
        case Open(arrival_rate=given) if given is not None:
            return given
        case Open():
            replicas, factors, share = plan.replicas[0], first_values(plan), load.of_one_replica
        case Fraction():
            replicas, factors, share = key.replicas, key.factors, load.fraction
    saturated = [
        step
        for step in kept
        if isinstance(plan.loads[step.key.load], Saturate)
        and (step.key.replicas, step.key.factors) == (replicas, factors)
    ]
    valid = [step.measured for step in saturated if step.result.is_usable]
    usable = sorted(counting_steps(valid), key=lambda step: step.key.repetition)
    mine = [step for step in usable if step.key.repetition == key.repetition]
    if isinstance(load, Fraction) and mine:
        usable = mine
    if usable:
        found = carried_per_second(usable[0], plan)
        return share * found / replicas if isinstance(load, Open) else share * found
    what = f"the saturate step of {counted(replicas, 'replica')}"
    state = (
        "of which no attempt is valid; measure anew once its cause is gone, or"
        if saturated
        else "which was not measured;"
    )
    raise MeasurementError(
        f"step {key.folder} takes its rate from {what}, {state} give arrival_rate in the plan"
    )


def first_values(plan: Plan) -> tuple[tuple[str, bool | int | float | str], ...]:
    """
    Return the first value of each factor, in the plan's order.
    """
    return tuple((name, values[0]) for name, values in plan.factors.items())
