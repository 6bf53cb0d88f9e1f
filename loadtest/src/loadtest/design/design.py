"""
What an experiment gets from a design: the next step, or the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from loadtest.analysis.decisions.window_budget import why_budget_ended
from loadtest.analysis.judged_steps.step_verdict import JudgedStep
from loadtest.analysis.readings.workflow_counts import is_closed, none_ended
from loadtest.analysis.rules.enough_closes import is_too_short_again
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult

if TYPE_CHECKING:
    from loadtest.design.window_plan import DrawnWork, WindowPlan


@dataclass(frozen=True, slots=True)
class KeptStep:
    """
    A step that was measured and kept.

    Attributes:
        measured: Raw facts of the step.
        result: Readings and verdict of the step.
    """

    measured: Measured
    result: StepResult

    @property
    def key(self) -> StepKey:
        """
        The key of the step.
        """
        return self.measured.key


def judged_closed_steps(kept: Sequence[KeptStep]) -> tuple[JudgedStep, ...]:
    """
    Return the closed steps of those kept, with the verdicts that they have.
    """
    return tuple(
        JudgedStep(step.measured, step.result.verdict, step.result.reasons)
        for step in kept
        if is_closed(step.measured)
    )


# An invalid step is measured once more, as its cause is seldom gone at a third attempt; a disturbance goes away by
# itself, and workflows that take longer than the drain do so at the second attempt too.
MOST_ATTEMPTS = 2
MOST_DISTURBED_ATTEMPTS = 3


def most_attempts(attempts: Sequence[KeptStep]) -> int:
    """
    Return how often a step may be measured in all, when none of the attempts so far is of use.
    """
    if attempts and all(step.result.is_disturbed for step in attempts):
        return MOST_DISTURBED_ATTEMPTS
    is_hopeless = any(none_ended(step.measured) or is_too_short_again(step.measured) for step in attempts)
    return 1 if is_hopeless else MOST_ATTEMPTS


def budget_spent(plan: Plan, kept: Sequence[KeptStep]) -> Answer | None:
    """
    Return the end of a run whose windows have used the plan's seconds; ``None`` before that.
    """
    why = why_budget_ended(plan, (step.measured for step in kept))
    return None if why is None else Answer(why)


WindowPlanner = Callable[
    [Plan, StepInstruction, StepKey, Sequence[KeptStep], "DrawnWork | None"],
    "WindowPlan",
]
"""
Decides a step's window before it begins, from the plan of its cell, its instruction, its key, the steps before it, and
what its orders will draw.
"""


@dataclass(frozen=True, slots=True)
class NextStep:
    """
    The step to measure now.

    Attributes:
        key: Cell, repetition and attempt of the step.
        arrival_rate: Starts per second; ``None`` for the closed model.
        why: Why it is measured again, or with twice the orders in flight; ``None`` for a step that the plan itself
            names.
        plan_window: Decides the step's window; ``None`` follows the plan's load and the SLO.
    """

    key: StepKey
    arrival_rate: float | None
    why: str | None = None
    plan_window: WindowPlanner | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    The experiment is over.

    Attributes:
        why: What ended it, in words: everything was measured, or a budget is spent.
    """

    why: str


class Design(Protocol):
    """
    Asks a question to the system by choosing the steps that answer it.
    """

    def next(self, kept: Sequence[KeptStep]) -> NextStep | Answer:
        """
        Return the step to measure next, or the answer when there is none.

        Args:
            kept: Every step so far, in the order in which they were measured.

        Raises:
            MeasurementError: The measured steps do not allow to continue.
        """
        ...

    def left(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps that are still to come, as far as they are known, the next one first.
        """
        ...

    def extra_steps(self, kept: Sequence[KeptStep]) -> tuple[StepKey, ...]:
        """
        Return the steps that may come in addition, where measured steps may ask for them and they can be counted.
        """
        ...

    def judged(self, step: KeptStep) -> StepResult:
        """
        Return the readings of a measured step, with the verdict that the design uses.
        """
        ...
