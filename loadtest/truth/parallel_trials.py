"""
Runs all trials in several processes; the findings are the same for any number of processes.

Each trial has its own seeds, and its result has the place in which it was asked for, in whatever order trials end.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from cells import Cell, all_systems, outcomes, with_truth
from findings import Findings
from known_system import Subject
from late_workflow_task_trial import workflow_queues, workflow_trials
from model_trial import model_subjects, model_trials

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Trials:
    """
    The trials to make.

    Attributes:
        systems: Cells of measured steps; those of one system are together.
        by_model: Systems for the model alone, by name; those that are among the cells are taken from there.
        model_runs: Number of windows for each of these systems and each utilisation.
        queues: Queues of workflow tasks: slots, share in use and tasks per second.
    """

    systems: list[list[Cell]]
    by_model: dict[str, Subject]
    model_runs: int
    queues: list[tuple[int, float, int]]

    @property
    def runs(self) -> int:
        """
        Runs of the cells that are tried most.
        """
        return max(cell.runs for cells in self.systems for cell in cells)


@dataclass(frozen=True, slots=True)
class Progress:
    """
    The findings so far.

    Attributes:
        findings: Findings of all trials that are over.
        runs: Number of runs of the cells that are over.
        cpu_seconds: CPU time of these trials in all processes.
    """

    findings: Findings
    runs: int
    cpu_seconds: float


def all_trials(runs: int) -> Trials:
    """
    Return all trials that the page tells of.

    Args:
        runs: Number of runs of each cell of the first table.
    """
    return Trials(all_systems(runs), model_subjects(), 2 * runs, workflow_queues())


def run_trials(trials: Trials, processes: int) -> Iterator[Progress]:
    """
    Make all trials, and yield the findings so far after each run of the cells.
    """
    # Not forked: a process of its own has nothing in its caches that another number of processes would not give it.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
    try:
        yield from _run(trials, _Timed(pool))
    finally:
        pool.shutdown(cancel_futures=True)


def _run(trials: Trials, timed: _Timed) -> Iterator[Progress]:
    findings = Findings()
    queues = timed.start(workflow_trials, trials.queues)
    systems = list(timed.results(timed.start(with_truth, ((cells,) for cells in trials.systems))))
    known = {
        asked.subject: found.subject
        for before, after in zip(trials.systems, systems, strict=True)
        for asked, found in zip(before, after, strict=True)
    }
    by_model = timed.start(
        model_trials,
        ((name, known.get(subject, subject), trials.model_runs) for name, subject in trials.by_model.items()),
    )
    steps = [
        timed.start(outcomes, ((number, cells, run) for number, cells in enumerate(systems)))
        for run in range(trials.runs)
    ]
    findings.workflow = list(timed.results(queues))
    findings.by_model = [trial for found in timed.results(by_model) for trial in found]
    places = [[(cell, []) for cell in cells] for cells in systems]
    findings.cells = [tried for system in places for tried in system]
    for run, started in enumerate(steps, 1):
        for system, found in zip(places, timed.results(started), strict=True):
            for place, outcome in found:
                system[place][1].append(outcome)
        yield Progress(findings, run, timed.cpu_seconds)


@dataclass(slots=True)
class _Timed:
    pool: ProcessPoolExecutor
    cpu_seconds: float = 0.0

    def start(
        self, trial: Callable[..., Result], arguments: Iterable[tuple[object, ...]]
    ) -> list[Future[tuple[Result, float]]]:
        return [self.pool.submit(_with_cpu_seconds, trial, each) for each in arguments]

    def results(self, started: Iterable[Future[tuple[Result, float]]]) -> Iterator[Result]:
        for each in started:
            result, cpu_seconds = each.result()
            self.cpu_seconds += cpu_seconds
            yield result


def _with_cpu_seconds(trial: Callable[..., Result], arguments: tuple[object, ...]) -> tuple[Result, float]:
    began = time.process_time()
    return trial(*arguments), time.process_time() - began
