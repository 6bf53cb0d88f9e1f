"""
The sweep: every cell of the plan, once for each repetition, and a closed load that leaves slots free a second time; and
the arrival rate of a step, given by the plan or taken from a saturate step that came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.analysis.saturation.cell_capacity import known_draws_capacity
from loadtest.analysis.saturation.doubled_closed_load import counting_steps
from loadtest.analysis.twin.work_distribution import known_work
from loadtest.design.design import Answer, KeptStep, NextStep, budget_spent
from loadtest.design.step_attempts import (
    attempt_to_make,
    is_given_up,
    second_step,
    second_steps_to_come,
    why_made,
)
from loadtest.errors import MeasurementError
from loadtest.plan import Fraction, Open, Plan, Saturate
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey, plan_of_cell, step_keys
from loadtest.results.step_result import StepResult


@dataclass(frozen=True, slots=True)
class Grid:
    """
    Measures each cell of a plan. An invalid step is measured once more, a disturbed one twice more. A closed step that
    no answer needs stays invalid where the system itself fills the machine, as it would fill it again.

    A valid closed step that leaves slots free is followed by a step with twice the orders in flight, unless the plan
    sets their number.

    Attributes:
        plan: The plan to sweep.
    """

    plan: Plan

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the first step, in the plan's order, that has no result that may be believed.

        Raises:
            MeasurementError: The rate of the step cannot be computed from the measured steps.
        """
        if (spent := budget_spent(self.plan, kept)) is not None:
            return spent
        todo = self.left(kept)
        if not todo:
            return Answer("every cell of the plan was measured")
        key = todo[0]
        return NextStep(key, arrival_rate(self.plan, key, kept), why_made(key, self.plan, kept))

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps still to come, in their order; a repeated step and the second step of a load come at their own
        place.
        """
        todo = []
        for key in step_keys(self.plan):
            second = second_step(key, self.plan, kept)
            wanted = (key,) if second is None else (key, second)
            todo += [
                step
                for each in wanted
                if (step := attempt_to_make(each, kept)) is not None
                and not is_given_up(each, plan_of_cell(self.plan, each), kept)
            ]
        return tuple(todo)

    def judged(self, step: KeptStep) -> StepResult:
        """
        Return a step's readings unchanged: every rule of validity counts.
        """
        return step.result

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the second steps of closed loads that were not measured yet; they are made where slots stay free.
        """
        return second_steps_to_come(self.left(kept), self.plan)


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
