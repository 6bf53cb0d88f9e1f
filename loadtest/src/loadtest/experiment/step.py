"""
One step: scale, ready, warm-up, measure until the stopping rule says enough, drain, collect. The code has the order of
the method.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Never

from loadtest.errors import InjectorError, LoadtestError, MeasurementError, TargetError
from loadtest.experiment.asked_worker_facts import ask_workers, latest_known, started_anew
from loadtest.experiment.background_task import running
from loadtest.experiment.clock import Clock
from loadtest.experiment.measured_step_assembly import StepReadings, StepSnapshots, assemble_measured
from loadtest.experiment.other_pollers import other_pollers
from loadtest.experiment.outside_watch import OutsideWatch
from loadtest.experiment.planned_step import PlannedStep
from loadtest.experiment.ports import Histories, Injectors, InjectorSecond, Ports, Target
from loadtest.experiment.progress import Event, PhaseStarted, ProblemSeen, Tick
from loadtest.experiment.ramped_versions import why_in_part, why_untaken
from loadtest.experiment.readiness import why_idle, why_mixed
from loadtest.experiment.ready_step import make_ready
from loadtest.experiment.sampled_worker_pages import PageSample
from loadtest.experiment.snapshot import (
    Snapshot,
    first_snapshot,
    pages_of,
    pages_of_a_part,
    pages_to_read,
    take_snapshot,
)
from loadtest.experiment.timeline_recorder import TimelineRecorder, WindowWatch
from loadtest.experiment.worker_watch import WorkerWatch
from loadtest.plural import counted
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorReport
from loadtest.results.measured_step import Measured
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.step_instruction import StepInstruction

# Time between instruction and first arrival, in which the instruction must reach every injector.
LEAD_SECONDS = 0.5
# Time to wait before counters are read, as the server writes some of them only once a second.
SETTLE_SECONDS = 1.1
# Time between two checks whether the target's processes still run.
ALIVE_SECONDS = 1.0
# Time between the stopping rule's answer and the window's end, in which every injector must learn of the end.
END_LEAD_SECONDS = 1.0


async def run_step(
    ports: Ports, step: PlannedStep, tell: Callable[[Event], None], clock: Clock
) -> tuple[Measured, dict[str, str]]:
    """
    Carry one step out.

    Args:
        ports: Target, injectors and probes.
        step: The step's cell and what is known of it before.
        tell: Gets the progress.
        clock: Clock of the experiment.

    Returns:
        The raw facts, and the filtered text of every page that was read, by ``<edge>-<role>-<endpoint>``.

    Raises:
        TargetError: The replicas did not start, are of a version that gets no workflow, or only a part of them, or of several,
            or ended and are not started again.
        InputError: The plan names another setting than the workers show, the workers are not seen to read what the run
            varies, or they have more slots than results can be awaited of.
        InjectorError: There is no report at all, or the injectors ended before the window did.
    """
    clock.follow_wall_clock()
    tell(PhaseStarted("scale", None))
    ready = await make_ready(ports, step, tell, clock)
    replicas, window = ready.replicas, ready.window
    endpoints = pages_to_read(replicas, ready.workers, step.processes)
    endpoints, before = await first_snapshot(
        ports.metrics, ports.target, endpoints, own_worker=step.own_worker
    )
    clock.follow_wall_clock()  # as the injectors do when they hear of the step
    instruction = ready.instruction(clock.now() + LEAD_SECONDS)
    watch = WindowWatch(window.rule, window.late_seconds)
    recorder = TimelineRecorder(
        ports.metrics,
        ports.queue,
        endpoints,
        instruction,
        watch,
        lambda second, sentence: tell(Tick(second, sentence)),
        clock,
        reads_slots=not any(worker.shares_page for worker in ready.workers),
    )
    workers = WorkerWatch(
        ports.workers, replicas, step.wants_activities, lambda problem: tell(ProblemSeen(problem.text)), clock
    )
    outside = OutsideWatch(ports, replicas, instruction.start_at, clock)
    look = partial(take_snapshot, ports.metrics, ports.target, endpoints)
    async with (
        running(recorder.run()),
        running(workers.run()),
        running(outside.run()),
        running(_while_alive(ports, instruction, recorder.injectors_say, clock)) as injecting,
    ):
        until = partial(_until, injecting=injecting, clock=clock)
        tell(PhaseStarted("warm-up", instruction.warm_up_seconds))
        starts_at = instruction.start_at + instruction.warm_up_seconds
        await until(starts_at)
        tell(PhaseStarted("window", instruction.window_seconds, at_most=not window.is_fixed))
        start = await look()
        watch.first = start.worker
        workers.window_start = starts_at
        middle, ends_at = await _window(
            ports.injectors, instruction, watch, look, until, clock, is_fixed=window.is_fixed
        )
        recorder.window_seconds = ends_at - starts_at
        await until(ends_at)
        end = await look()
        workers.end_window()
        poll = await ports.queue.look()
        known = latest_known(ready.workers, await ask_workers(ports.workers, replicas))
        tell(PhaseStarted("drain", None))
        report: InjectorReport = await injecting
        if not report.whole.completed and poll is not None and (idle := why_idle(replicas, poll)) is not None:
            raise TargetError(f"no workflow was taken: {idle}")
        if poll is not None and (mixed := why_mixed(replicas, poll)) is not None:
            raise TargetError(mixed)
        in_part = why_in_part(replicas, poll) if poll is not None else None
        if report.open_at_end and poll is not None and (untaken := why_untaken(replicas, poll)) is not None:
            left = counted(report.open_at_end, "workflow")
            raise TargetError(f"{left} stayed open, of which a ramp may be the cause, as {untaken}")
        await clock.sleep(SETTLE_SECONDS)

    tell(PhaseStarted("collect", None))
    await outside.look()
    after = await look()
    problems = await _last_feed(watch, recorder.sample, ports, end)
    snapshots = StepSnapshots(before, start, middle, end, after)
    histories, unread = await sampled_histories(ports.histories, report)
    others = await other_pollers(recorder.polls, replicas, ports.workers)
    read = StepReadings(replicas, known, snapshots, recorder, report, poll, histories)
    measured = assemble_measured(ports.metrics, step, instruction, read)
    enough = watch.enough.result() if watch.enough.done() else None
    parts = pages_of_a_part(endpoints, known) + started_anew(ready.workers, known, instruction.start_at)
    gaps = dict.fromkeys((*workers.gaps, *outside.gaps))
    return replace(
        measured,
        window_seconds=recorder.window_seconds,
        decision=enough.decision if enough is not None else None,
        probe=enough.probe if enough is not None else None,
        restarted=ready.restarted,
        outside=tuple(outside.looks),
        notes=(
            *measured.notes,
            *window.notes,
            *unread,
            *others.notes,
            *ready.earlier.notes,
            *gaps,
            *filter(None, (in_part,)),
        ),
        problems=(
            *ready.earlier.problems,
            *measured.problems,
            *problems,
            *parts,
            *workers.silent.values(),
            *others.problems,
        ),
        slots_used=measured.slots_used if measured.slots_used is not None else workers.mean_slots_used,
    ), pages_of(snapshots.by_edge())


async def _while_alive(
    ports: Ports, instruction: StepInstruction, each_second: Callable[[InjectorSecond], None], clock: Clock
) -> InjectorReport:
    """
    Let the injectors run as long as the target runs, and return their report.

    A target that heals itself is not checked: processes that it replaced are seen at the window's edges.

    Raises:
        TargetError: A process of the target ended; the injectors are stopped.
    """
    async with (
        running(ports.injectors.run(instruction, each_second)) as injecting,
        running(_until_it_dies(ports.target, clock)) as watching,
    ):
        await asyncio.wait({injecting, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        return injecting.result()


async def _until_it_dies(target: Target, clock: Clock) -> Never:
    while True:
        await clock.sleep(ALIVE_SECONDS)
        if not target.heals:
            await target.check_alive()


async def _window(
    injectors: Injectors,
    instruction: StepInstruction,
    watch: WindowWatch,
    look: Callable[..., Awaitable[Snapshot]],
    until: Callable[[float], Coroutine[Any, Any, None]],
    clock: Clock,
    *,
    is_fixed: bool,
) -> tuple[Snapshot | None, float]:
    """
    Let the window go on until its rule says enough; return the look at its middle and the time of its end.

    Args:
        injectors: Learn of an end that comes early.
        instruction: The step's instruction.
        watch: The stopping rule.
        look: Takes a snapshot.
        until: Sleeps until a Unix time, unless the injectors end before it.
        clock: Clock of the experiment.
        is_fixed: Whether the window has its whole length whatever it shows.
    """
    starts_at = instruction.start_at + instruction.warm_up_seconds
    latest = starts_at + instruction.window_seconds
    if is_fixed:
        await until(starts_at + instruction.window_seconds / 2)
        return await look(server=False), latest
    async with running(until(latest - END_LEAD_SECONDS)) as waiting:
        both: set[asyncio.Future[Any]] = {waiting, watch.enough}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            waiting.result()  # an injector that ended early is an error here
            return None, latest
    ends_at = clock.now() + END_LEAD_SECONDS
    await injectors.end_window(ends_at)
    return None, ends_at


async def _last_feed(
    watch: WindowWatch, sample: PageSample, ports: Ports, end: Snapshot
) -> tuple[Problem, ...]:
    """
    Let the rule decide on the window's own end, if it has not decided yet.

    Where the buckets do not tell late tasks, the bound stays undecided with that reason; pages that cannot be compared
    make the step invalid.
    """
    if end.worker is None:
        return ()
    try:
        await watch.feed(ports.metrics, sample.within(end.worker), sample)
    except MeasurementError as error:
        told = f"the window's late tasks could not be counted: {error}"
        return (Problem(ProblemCause.LATE_NOT_COUNTED, told),)
    return ()


async def _until(at: float, injecting: asyncio.Task[InjectorReport], clock: Clock) -> None:
    """
    Sleep until a Unix time; raises an error if the injectors end before it.
    """
    async with running(clock.sleep(at - clock.now())) as sleeping:
        await asyncio.wait({injecting, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        if sleeping.done():
            return
    injecting.result()
    raise InjectorError(
        f"the injectors reported {at - clock.now():.1f} s before the window was over; see locust.log in the run's logs"
    )


async def sampled_histories(
    histories: Histories, report: InjectorReport
) -> tuple[HistorySample | None, tuple[str, ...]]:
    """
    Return what the sampled histories say, and a note where they cannot be read.
    """
    if not report.sampled_workflow_ids:
        return None, ()
    try:
        return await histories.sample(report.sampled_workflow_ids), ()
    except LoadtestError as error:
        return None, (f"no histories could be read as a cross-check: {error}",)
