"""
The sweep: every cell of the plan, once for each repetition, and a closed load that leaves slots free a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loadtest.design.design import Answer, KeptStep, NextStep, budget_spent
from loadtest.design.step_arrival_rate import arrival_rate
from loadtest.design.step_attempts import (
    attempt_to_make,
    is_given_up,
    second_step,
    second_steps_to_come,
    why_made,
)
from loadtest.plan import Plan
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
