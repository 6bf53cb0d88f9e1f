"""
Assembles the raw facts of a step from its edges, its seconds and the injectors' report.

It computes only differences, and judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loadtest.errors import MeasurementError
from loadtest.experiment.planned_step import PlannedStep
from loadtest.experiment.ports import Backlog, Metrics
from loadtest.experiment.snapshot import Snapshot, problem_of_error
from loadtest.experiment.timeline_recorder import TimelineRecorder
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorReport
from loadtest.results.measured_step import Measured, ProcessUse, Replica
from loadtest.results.metric_difference import Difference, counter_of
from loadtest.results.problem import Problem
from loadtest.results.resource_use import machine_use
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.worker_facts import WorkerFacts, activity_slots


@dataclass(frozen=True, slots=True)
class StepSnapshots:
    """
    What was read at the edges of one step; the middle of the window only where its length was known before.
    """

    step_start: Snapshot
    window_start: Snapshot
    window_middle: Snapshot | None
    window_end: Snapshot
    step_end: Snapshot

    def by_edge(self) -> dict[str, Snapshot]:
        """
        Return the snapshots by the edge's name, such as ``window-start``.
        """
        found = {
            "step-start": self.step_start,
            "window-start": self.window_start,
            "window-middle": self.window_middle,
            "window-end": self.window_end,
            "step-end": self.step_end,
        }
        return {edge: snapshot for edge, snapshot in found.items() if snapshot is not None}


@dataclass(frozen=True, slots=True)
class StepReadings:
    """
    What was read in one step, from everything that takes part in it.

    Attributes:
        replicas: Replicas that were started or found.
        workers: What is known of each of them.
        snapshots: Readings at the step's edges.
        recorder: Readings of each second.
        report: Report of the injectors.
        poll: Look at the task queue at the window's end; ``None`` where it could not be looked at.
        histories: Histories of a sample of the workflows; ``None`` where none could be read.
    """

    replicas: Sequence[Replica]
    workers: Sequence[WorkerFacts]
    snapshots: StepSnapshots
    recorder: TimelineRecorder
    report: InjectorReport
    poll: Backlog | None
    histories: HistorySample | None


def assemble_measured(
    metrics: Metrics, step: PlannedStep, instruction: StepInstruction, read: StepReadings
) -> Measured:
    """
    Return the step's raw facts; a difference that cannot be made is one of its problems.
    """
    recorder, poll = read.recorder, read.poll
    looks = read.snapshots.by_edge()
    problems = [problem for look in looks.values() for problem in look.problems]
    differences = _differences(metrics, looks, problems)
    start, end = read.snapshots.window_start, read.snapshots.window_end
    first, second = differences["first_half"], differences["second_half"]
    born = {r.identity: (r.pid, r.started_at) for r in start.alive}
    still = {r.identity: (r.pid, r.started_at) for r in end.alive}
    wanted = {r.identity: (r.pid, r.started_at) for r in read.replicas}
    costs = [s.cost_seconds for look in looks.values() if (s := look.server) is not None]
    return Measured(
        key=step.key,
        arrival_rate=instruction.arrival_rate,
        in_flight=instruction.in_flight,
        warm_up_seconds=instruction.warm_up_seconds,
        window_seconds=instruction.window_seconds,
        slots=activity_slots(read.workers),
        activities_per_workflow=step.activities_per_workflow,
        started_at=instruction.start_at,
        schedule_seed=instruction.schedule_seed,
        identities_start=tuple(sorted(born)),
        identities_end=tuple(sorted(still)),
        gone=tuple(sorted(i for i in wanted if still.get(i) != wanted[i])),
        appeared=tuple(sorted(i for i in {**born, **still} if i not in wanted)),
        worker_whole=differences["worker_whole"],
        worker_window=differences["worker_window"],
        worker_halves=(first, second) if first is not None and second is not None else None,
        server_whole=differences["server_whole"],
        server_window=differences["server_window"],
        injector=read.report,
        timeline=tuple(recorder.seconds),
        histories=read.histories,
        slots_used=sum(recorder.slots_used) / len(recorder.slots_used) if recorder.slots_used else None,
        pollers={}
        if poll is None
        else {"activity": len(poll.activity_pollers), "workflow": len(poll.workflow_pollers)},
        use={part: _used(start.use.get(part), end.use[part], recorder.window_seconds) for part in end.use}
        | _on_pages(metrics, differences["worker_window"], end),
        scrape_seconds=sum(costs) / len(costs) if costs else None,
        problems=tuple(dict.fromkeys(problems)),
        workers=tuple(read.workers),
        limits=recorder.limits.facts(machine_use(start.machine, end.machine), _core_limit(read.replicas)),
        notes=tuple(dict.fromkeys((*read.snapshots.step_start.notes, *recorder.gaps))),
    )


def _core_limit(replicas: Sequence[Replica]) -> float | None:
    known = [one.core_limit for one in replicas if one.core_limit is not None]
    return min(known) if known and len(known) == len(replicas) else None


def _differences(
    metrics: Metrics, looks: Mapping[str, Snapshot], problems: list[Problem]
) -> dict[str, Difference | None]:
    found: dict[str, Difference | None] = {}
    for name, (before, after, role) in {
        "worker_whole": ("step-start", "step-end", "worker"),
        "worker_window": ("window-start", "window-end", "worker"),
        "first_half": ("window-start", "window-middle", "worker"),
        "second_half": ("window-middle", "window-end", "worker"),
        "server_whole": ("step-start", "step-end", "server"),
        "server_window": ("window-start", "window-end", "server"),
    }.items():
        try:
            found[name] = _difference(metrics, looks.get(before), looks.get(after), role)
        except MeasurementError as error:
            found[name] = None
            problems.append(problem_of_error(error))
    return found


def _difference(
    metrics: Metrics, before: Snapshot | None, after: Snapshot | None, role: str
) -> Difference | None:
    if before is None or after is None:
        return None
    first, last = (look.worker if role == "worker" else look.server for look in (before, after))
    return None if first is None or last is None else metrics.difference(first, last, role)


def _used(before: ProcessUse | None, after: ProcessUse, seconds: float) -> ProcessUse:
    if before is None or before.cpu_seconds is None or after.cpu_seconds is None:
        return replace(after, cpu_seconds=None, why=after.why or "not known at the window's start")
    if after.gaps != before.gaps:
        return replace(after, cpu_seconds=None, why="nobody could be asked for a part of the window")
    if seconds < after.least_seconds:
        # A window may end long before the longest one that the plan allows.
        why = (
            f"it is told in averages, which say nothing of a window of {seconds:.0f} s; write window_seconds = "
            f"{after.least_seconds:g} or more"
        )
        return replace(after, cpu_seconds=None, why=why)
    return replace(after, cpu_seconds=after.cpu_seconds - before.cpu_seconds)


def _on_pages(metrics: Metrics, window: Difference | None, end: Snapshot) -> dict[str, ProcessUse]:
    """
    Return the workers' CPU as their pages tell it, where the target cannot see their processes.
    """
    cpu = counter_of(window, "worker.cpu")
    known = end.use.get("worker")
    if cpu is None or end.worker is None or known is None or known.cpu_seconds is not None:
        return {}
    rss = metrics.gauge(end.worker, "worker.rss")
    return {"worker": ProcessUse(cpu, None if rss is None else round(rss))}
