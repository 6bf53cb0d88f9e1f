"""
The sweep: every cell of the plan, once for each repetition, and a closed load that leaves slots free once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.doubled_loop import second_key, why_doubled
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

    A valid closed step that leaves slots free is followed by one with twice the orders in flight, unless the plan says
    how many there are.

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
        why = self._why_doubled(replace(key, attempt=1, doubled=False), kept) if key.doubled else None
        if key.attempt > 1:
            last = _attempts(kept, key)[-1].result
            why = f"measured again, as it was invalid: {'; '.join(last.reasons)}"
        return NextStep(key, arrival_rate(self.plan, key, kept), why)

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps still to come, in their order; an invalid one, and the second of a load, follow at their own place.
        """
        todo = []
        for key in step_keys(self.plan):
            wanted = [key]
            if self._why_doubled(key, kept) is not None:
                wanted.append(replace(key, doubled=True))
            todo += [step for each in wanted if (step := _attempt_to_make(kept, each)) is not None]
        return tuple(todo)

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the second steps of closed loads that were not measured yet, which are made where slots stay free.
        """
        seconds = (second_key(key, self.plan) for key in self.left(kept))
        return tuple(key for key in seconds if key is not None)

    def _why_doubled(self, first: StepKey, kept: Sequence[KeptStep]) -> str | None:
        """
        Say why a load gets a second step; ``None`` where its first was not measured, is invalid, or needs none.
        """
        usable = [step for step in _attempts(kept, first) if step.result.is_usable]
        if not usable:
            return None
        return why_doubled(usable[-1].measured, self.plan, usable[-1].result.suspects or ())


def _attempt_to_make(kept: Sequence[KeptStep], key: StepKey) -> StepKey | None:
    attempts = _attempts(kept, key)
    if not attempts:
        return key
    if _all_invalid(attempts) and len(attempts) < most_attempts(attempts):
        return replace(key, attempt=len(attempts) + 1)
    return None


def _all_invalid(attempts: Sequence[KeptStep]) -> bool:
    return all(step.result.verdict is StepVerdict.INVALID for step in attempts)


def _attempts(kept: Sequence[KeptStep], key: StepKey) -> list[KeptStep]:
    return [step for step in kept if replace(step.key, attempt=1) == replace(key, attempt=1)]
