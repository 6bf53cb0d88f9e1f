"""
The loop of every experiment: asks the design for a step, measures it and keeps it, until there is an answer.

Each step is kept as soon as it is measured, so that an interruption loses only the running one.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.judged_steps.step_notes import restarts_told
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.analysis.readings.history_notes import (
    activities_elsewhere,
    children_elsewhere,
    nexus_note,
    orders_leave_work,
)
from loadtest.analysis.readings.settings_as_planned import settings_not_known
from loadtest.analysis.readings.work_of_others import others_at_work
from loadtest.analysis.readings.workers_as_planned import (
    as_orders_use,
    in_flight,
    several_processes,
)
from loadtest.analysis.readings.workflow_counts import leaves_open
from loadtest.analysis.rules.long_poll_limits import demand_awaitable
from loadtest.design.design import Answer, Design, KeptStep, NextStep, judged_closed_steps
from loadtest.design.step_attempts import why_not_repeated
from loadtest.design.window_plan import DrawnWork, order_seed, plan_window
from loadtest.experiment.clock import Clock
from loadtest.experiment.model_estimates import with_model
from loadtest.experiment.planned_step import PlannedStep, WindowPlanning
from loadtest.experiment.ports import Ports
from loadtest.experiment.progress import Event, NoteSeen, StepEnded, StepStarted, SweepStarted
from loadtest.experiment.step import LEAD_SECONDS, SETTLE_SECONDS, run_step
from loadtest.experiment.step_line import step_line
from loadtest.plan import ArrivalKind, Arrivals, Plan, Saturate
from loadtest.results.run_folder import Run
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey, plan_of_cell

# Time to scale, drain and read one step, as measured on two cores.
_AROUND_SECONDS = LEAD_SECONDS + SETTLE_SECONDS + 1.5
# Usual length of a window that ends when it is decided, as seen on the demo.
_USUAL_DECISION_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Subject:
    """
    Scenario and workers that are measured.

    Attributes:
        activities_per_workflow: Number of activities of one workflow, as the scenario says; ``None`` if it varies.
        own_worker: Whether the workers are the kit's own.
        drawn_work: Work that each order will draw; ``None`` where the kit does not make the draws.
        own_command: Whether the run starts workers by a command of the user, and gives them the plan's settings.
    """

    activities_per_workflow: int | None
    own_worker: bool
    drawn_work: DrawnWork | None = None
    own_command: bool = False


def step_seconds(plan: Plan, key: StepKey) -> float:
    """
    Return the estimated length of a step, in seconds.
    """
    load = plan.loads[key.load]
    window = load.longest_window_seconds
    if load.window_seconds is None:
        window = min(window, _USUAL_DECISION_SECONDS)
    return plan.warm_up_seconds + window + _AROUND_SECONDS


async def run_experiment(
    ports: Mapping[str | None, Ports],
    run: Run,
    subject: Subject,
    design: Design,
    tell: Callable[[Event], None],
    clock: Clock,
) -> Answer:
    """
    Measure every step that the design asks for and the run's folder lacks, and keep each.

    Args:
        ports: Target, injectors and probes, by the name that a cell gives its server; ``None`` is the server of cells
            that name none.
        run: Folder and plan of the run.
        subject: Scenario and workers that are measured.
        design: Design that chooses the next step.
        tell: Gets the progress.
        clock: Clock of the experiment.

    Returns:
        Why the design asks for no more.

    Raises:
        InputError: A step that is still to come keeps more workflows open than results can be awaited of.
        TargetError: The replicas did not start.
        MeasurementError: A step has no numbers at all.
    """
    plan = run.plan
    kept = kept_steps(run)
    before = len(kept)
    left, more = design.left(kept), design.extra_steps(kept)
    seconds, more_seconds = (sum(step_seconds(plan, key) for key in keys) for keys in (left, more))
    tell(SweepStarted(run.path.name, plan.name, len(left), seconds, len(more), more_seconds))
    # Servers on which workflows of earlier steps or runs may be open; one that the run started is new.
    unsettled = set[str | None]() if run.manifest.target == "local" else set(ports)
    # In a thread, as a design may simulate for seconds.
    while isinstance(asked := await asyncio.to_thread(design.next, kept), NextStep):
        key, left = asked.key, design.left(kept)
        done = len(kept) - before
        tell(
            StepStarted(
                key,
                done + 1,
                done + len(left),
                sum(step_seconds(plan, later) for later in left),
                asked.arrival_rate,
                asked.why,
            )
        )
        cell = plan_of_cell(plan, key)
        instruction = instruction_of(cell, asked, run.path.name, len(run.manifest.starts))
        planning = WindowPlanning(
            functools.partial(
                asked.plan_window or plan_window, cell, instruction, key, tuple(kept), subject.drawn_work
            )
        )
        step = PlannedStep(
            key,
            cell,
            instruction,
            planning,
            subject.activities_per_workflow,
            subject.own_worker,
            cell.server_name in unsettled,
            _processes_before(kept, plan, cell),
        )
        measured, pages = await run_step(ports[cell.server_name], step, tell, clock)
        if leaves_open(measured):
            unsettled.add(cell.server_name)
        else:
            unsettled.discard(cell.server_name)
        measured = await asyncio.to_thread(
            with_model, measured, instruction, planning.made, subject.drawn_work
        )
        result = read_step(measured, cell, judged_closed_steps(kept))
        if subject.own_command:
            _note(run, settings_not_known(measured.workers, cell, measured.key.factors), tell)
        _note(run, several_processes(measured.workers), tell)
        for note_on in (
            activities_elsewhere,
            children_elsewhere,
            nexus_note,
            orders_leave_work,
            others_at_work,
        ):
            _note(run, note_on(measured), tell)
        kept.append(KeptStep(measured, result))
        told = design.judged(kept[-1])
        run.write_step(measured, told, pages)
        not_again = why_not_repeated(kept[-1], cell, design.left(kept))
        tell(
            StepEnded(key, told.verdict.value, step_line(told, cell.slo, not_again, restarts_told(measured)))
        )
        # As soon as the workers have told their slots, and not at a step of more of them, minutes later.
        alike = [later for later in design.left(kept) if later.factors == key.factors]
        demand_awaitable(cell, as_orders_use(measured.workers, subject.activities_per_workflow), alike)
    return asked


def _note(run: Run, note: str | None, tell: Callable[[Event], None]) -> None:
    """
    Tell a note once in a run, such as which settings its workers are not known to read, and keep it for the reader.
    """
    manifest = run.manifest
    if note is not None and note not in manifest.notes:
        run.write_manifest(replace(manifest, notes=(*manifest.notes, note)))
        tell(NoteSeen(note))


def _processes_before(kept: Sequence[KeptStep], plan: Plan, cell: Plan) -> int | None:
    """
    Return the most worker processes that a replica of the cell's workers was at an earlier step; ``None`` before one.
    """
    alike = [step for step in kept if plan_of_cell(plan, step.key).worker_command == cell.worker_command]
    return max((worker.processes for step in alike for worker in step.measured.workers), default=None)


def kept_steps(run: Run) -> list[KeptStep]:
    """
    Read what was measured so far, and judge each step by the plan of its own cell.
    """
    steps = run.read_steps()
    closed = judge_closed(steps, run.plan)
    return [
        KeptStep(measured, read_step(measured, plan_of_cell(run.plan, measured.key), closed))
        for measured in steps
    ]


def instruction_of(plan: Plan, asked: NextStep, run: str, start: int = 1) -> StepInstruction:
    """
    Return what the injectors are told of a step; the time of its beginning is still open.

    The number of workflows that a saturate load keeps open is the plan's until the workers have told their slots.

    Args:
        plan: Plan of the cell.
        asked: The step.
        run: Name of the run, with which every order's id begins.
        start: Which start of the run this is, from 1: a resumed run measures an interrupted step anew, and its server has
            the orders of that.
    """
    key, load = asked.key, plan.loads[asked.key.load]
    return StepInstruction(
        step=key.folder,
        id_prefix=f"{run}-{key.folder}{f'-start{start}' if start > 1 else ''}",
        scenario=plan.scenario,
        task_queue=plan.task_queue,
        seed=order_seed(plan, key.repetition),
        schedule_seed=f"{plan.seed}/{key.repetition}",
        work=plan.work,
        arrival_rate=asked.arrival_rate,
        in_flight=in_flight(load, (), plan, key) if isinstance(load, Saturate) else None,
        arrivals=Arrivals(kind=ArrivalKind.POISSON) if isinstance(load, Saturate) else load.arrivals,
        start_at=0.0,
        warm_up_seconds=plan.warm_up_seconds,
        window_seconds=load.longest_window_seconds,
        drain_seconds=plan.drain_seconds,
        max_in_flight=plan.max_in_flight,
        end_to_end_bound_seconds=plan.slo.end_to_end_p95_seconds,
        injectors=plan.injectors,
        codec=plan.codec,
    )
