"""
Steps for the faked system, and rules that answer when they are told to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fake_ports import fake_ports
from fake_system import ACTIVITIES, FakeSystem

from loadtest.analysis.twin import Enough, FixedWindow, GoOn
from loadtest.design.design import NextStep
from loadtest.design.window_plan import WindowPlan
from loadtest.experiment.loop import instruction_of
from loadtest.experiment.planned_step import PlannedStep
from loadtest.experiment.progress import Event
from loadtest.experiment.step import run_step
from loadtest.plan import Open, Plan, Saturate
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import Setting
from loadtest.results.step_key import StepKey
from loadtest.results.window_decision import Decided, Decision

WARM_UP_SECONDS = 10.0
WINDOW_SECONDS = 60.0


@dataclass
class AnsweringRule:
    """
    Answers in a given second of the window, whatever was counted.

    Attributes:
        longest_seconds: The longest window.
        answers_at: The second.
        answer: What it says then.
        seen_ratio: Share of the workers that it was told of last.
    """

    longest_seconds: float
    answers_at: float
    answer: Decided = Decided.MET
    seen_ratio: float = 1.0

    def feed(
        self, elapsed_seconds: float, counted: float, late: float, seen_ratio: float = 1.0
    ) -> GoOn | Enough:
        """Answer when the time has come."""
        self.seen_ratio = seen_ratio
        if elapsed_seconds < self.answers_at:
            return GoOn(f"{late:g} of {counted:g} late")
        why = "too few late tasks" if self.answer is Decided.UNDECIDED else None
        return Enough("that is enough", Decision(self.answer, elapsed_seconds, late, 0.0, 1.0, why, ()))


def quick_plan(**changes: object) -> Plan:
    """
    A saturate and an open load of a minute each.
    """
    plan = Plan(
        name="quick",
        replicas=(1, 2),
        warm_up_seconds=WARM_UP_SECONDS,
        loads=(
            Saturate(window_seconds=WINDOW_SECONDS, in_flight_per_slot=2.0),
            Open(arrival_rate=7.0, window_seconds=WINDOW_SECONDS),
        ),
    )
    return plan.model_copy(update=changes)


async def carry_out(
    system: FakeSystem,
    window: WindowPlan | None = None,
    tell: Callable[[Event], None] = lambda event: None,
    *,
    own_worker: bool = True,
    plan: Plan | None = None,
    load: int = 1,
    replicas: int = 2,
    factors: Setting = (),
    activities: int | None = ACTIVITIES,
) -> tuple[Measured, dict[str, str]]:
    """
    Run one step, open and of two replicas by default.

    Args:
        system: The fakes.
        window: Fixed by default.
        tell: Gets the progress.
        own_worker: Whether the workers are the kit's.
        plan: ``quick_plan`` by default.
        load: 0 saturates, 1 is open.
        replicas: How many.
        factors: Values of what the run varies.
        activities: Number of activities that the scenario says.
    """
    plan = plan or quick_plan()
    key = StepKey(replicas, load, ("saturate", "open")[load], 1, factors)
    instruction = instruction_of(plan, NextStep(key, 7.0 if load else None), "run")
    window = window or WindowPlan(FixedWindow(WINDOW_SECONDS), "1/1")
    step = PlannedStep(key, plan, instruction, lambda: window, activities, own_worker)
    return await run_step(fake_ports(system), step, tell, system.clock)
