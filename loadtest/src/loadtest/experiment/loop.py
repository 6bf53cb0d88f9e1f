"""
A whole sweep: every step of the plan that is not in the run's folder yet, one after the other.

It keeps each step as soon as it is measured, so that an interruption loses only the running one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.analysis.reading import read_step
from loadtest.experiment.ports import Ports
from loadtest.experiment.progress import Event, StepEnded, StepStarted, SweepStarted
from loadtest.experiment.rates import arrival_rate
from loadtest.experiment.step import LEAD_SECONDS, SETTLE_SECONDS, run_step
from loadtest.experiment.step_context import StepContext
from loadtest.experiment.step_line import step_line
from loadtest.plan import Plan
from loadtest.results.measured import StepKey
from loadtest.results.store import Run, step_keys

# Scaling, draining and reading of one step, as measured on two cores.
_AROUND_SECONDS = LEAD_SECONDS + SETTLE_SECONDS + 1.5


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What is swept.

    Attributes:
        activities_per_workflow: As the scenario says, ``None`` if it varies.
        own_worker: Whether the workers are the kit's.
    """

    activities_per_workflow: int | None
    own_worker: bool


def step_seconds(plan: Plan, key: StepKey) -> float:
    """
    Return how long a step takes, estimated.
    """
    return plan.warm_up_seconds + plan.loads[key.load].longest_window_seconds + _AROUND_SECONDS


async def run_sweep(parts: Ports, run: Run, subject: Subject, tell: Callable[[Event], None]) -> None:
    """
    Measure every step that the run's folder lacks, and keep each.

    Args:
        parts: The world.
        run: Folder and plan.
        subject: What is swept.
        tell: Gets the progress.

    Raises:
        TargetError: The replicas did not come up.
        MeasurementError: A step has no numbers at all.
    """
    plan = run.plan
    done = {measured.key: measured for measured in run.read_steps()}
    keys = step_keys(plan)
    todo = [key for key in keys if key not in done]
    tell(SweepStarted(run.path.name, plan.name, len(todo), sum(step_seconds(plan, key) for key in todo)))
    for number, key in enumerate(todo, start=1):
        rate = arrival_rate(plan, key, done.values())
        left = sum(step_seconds(plan, later) for later in todo[number - 1 :])
        tell(StepStarted(key, number, len(todo), left, rate))
        step = StepContext(
            key,
            plan.loads[key.load],
            rate,
            subject.activities_per_workflow,
            subject.own_worker,
            run.path.name,
        )
        measured, pages = await run_step(parts, plan, step, tell)
        reading = read_step(measured, plan)
        run.write_step(measured, reading, pages)
        done[key] = measured
        tell(StepEnded(key, reading.verdict.value, step_line(reading)))
