"""
Steps of a search for capacities that are made up in milliseconds: a system that decides as it is told.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import synthetic_steps

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.cli.capacity_plan import searching_plan
from loadtest.design.capacity import Capacity
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.window_decision import Decided, Decision, ProbeDecision

TASKS = 4_000
Sides = tuple[Decided, Decided]


def searching(replicas: tuple[int, ...] = (1, 2), rate: float | None = None, **changes: object) -> Capacity:
    """
    A design with a model so short that it answers at once.
    """
    asked = synthetic_steps.demo_plan(replicas=replicas, **changes)
    plan, question = searching_plan(asked, rate=rate, window_seconds=None, budget_seconds=None)
    return Capacity(plan, question, TASKS, TASKS)


def decided(answer: Decided) -> Decision:
    """
    A decision of a minute.
    """
    return Decision(answer, 60.0, 10.0, 12.0, 2.0, "told to" if answer is Decided.UNDECIDED else None, ())


def always(slower: Decided, faster: Decided) -> Callable[[NextStep], Sides]:
    """
    The same answer to each probe.
    """
    return lambda _: (slower, faster)


@dataclass(slots=True)
class ToldSystem:
    """
    Carries out what a design asks for.

    Attributes:
        sides: What a probe decides.
        invalid: Whether an attempt is invalid.
        change: Applied to what a probe measured.
        closed: Measures the closed step of a key; by default one that fills the slots.
        kept: The steps so far.
    """

    sides: Callable[[NextStep], Sides]
    invalid: Callable[[NextStep], bool] = lambda _: False
    change: Callable[[Measured], Measured] = lambda measured: measured
    closed: Callable[[StepKey], Measured] | None = None
    kept: list[KeptStep] = field(default_factory=list)

    def answer(self, design: Capacity) -> Answer:
        """
        Go on until the design has its answer.
        """
        while isinstance(asked := design.next(self.kept), NextStep):
            self.kept.append(self._step(design.plan, asked))
        return asked

    def _step(self, plan: Plan, asked: NextStep) -> KeptStep:
        measured, result = _pattern(plan.model_dump_json(), asked.key.replicas)
        measured = replace(measured, key=asked.key, arrival_rate=asked.arrival_rate)
        if asked.arrival_rate is not None:
            slower, faster = map(decided, self.sides(asked))
            measured = self.change(
                replace(measured, in_flight=None, probe=ProbeDecision(slower, faster), window_seconds=60.0)
            )
        elif self.closed is not None:
            measured = self.closed(asked.key)
            result = read_step(measured, plan)
        if self.invalid(asked):
            result = replace(result, verdict=StepVerdict.INVALID, reasons=("a worker vanished",))
        return KeptStep(measured, result)


@cache
def _pattern(plan: str, replicas: int) -> tuple[Measured, StepResult]:
    known = Plan.model_validate_json(plan)
    measured = synthetic_steps.step(replicas, "saturate", 1, known)
    return measured, read_step(measured, known)


def rates_of(kept: Sequence[KeptStep]) -> list[float]:
    """
    The rates of the probes, in order.
    """
    return [step.measured.arrival_rate for step in kept if step.measured.arrival_rate is not None]
