"""
The sweep: every cell of the plan, once for each repetition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.design.design import Answer, KeptStep, NextStep, most_attempts
from loadtest.design.step_arrival_rate import arrival_rate
from loadtest.plan import Plan
from loadtest.results.measured_step import StepKey
from loadtest.results.step_result import StepVerdict
from loadtest.results.steps_of_plan import step_keys


@dataclass(frozen=True, slots=True)
class Grid:
    """
    Measures each cell of a plan, an invalid step once more, and one that was disturbed twice more.

    Attributes:
        plan: What was asked.
    """

    plan: Plan

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the first step of the plan's order that has no result to be believed yet.

        Raises:
            MeasurementError: The rate of the step cannot be made from what was measured.
        """
        spent = sum(step.measured.window_seconds for step in kept)
        if self.plan.budget_seconds is not None and spent >= self.plan.budget_seconds:
            return Answer(f"the budget of {self.plan.budget_seconds:g} s of windows is spent")
        todo = self.left(kept)
        if not todo:
            return Answer("every cell of the plan was measured")
        key = todo[0]
        why = None
        if key.attempt > 1:
            last = _attempts(kept, key)[-1].result
            why = f"measured again, as it was invalid: {'; '.join(last.reasons)}"
        return NextStep(key, arrival_rate(self.plan, key, kept), why)

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps still to come, in their order; an invalid one follows at its own place.
        """
        todo = []
        for key in step_keys(self.plan):
            attempts = _attempts(kept, key)
            if not attempts:
                todo.append(key)
            elif _all_invalid(attempts) and len(attempts) < most_attempts(attempts):
                todo.append(replace(key, attempt=len(attempts) + 1))
        return tuple(todo)


def _all_invalid(attempts: Sequence[KeptStep]) -> bool:
    return all(step.result.verdict is StepVerdict.INVALID for step in attempts)


def _attempts(kept: Sequence[KeptStep], key: StepKey) -> list[KeptStep]:
    return [step for step in kept if replace(step.key, attempt=1) == replace(key, attempt=1)]
