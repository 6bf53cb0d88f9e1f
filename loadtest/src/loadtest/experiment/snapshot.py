"""
Everything that is read at one edge of a step, all at the same moment.

A page that cannot be read is a problem of the step in words, and never a zero.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from loadtest.errors import CounterResetError, FamilyAbsentError, MeasurementError, TargetError
from loadtest.experiment.ports import Metrics, Target
from loadtest.plural import counted
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.resource_use import MachineTimes
from loadtest.results.scrape import Scrape
from loadtest.results.worker_facts import WorkerFacts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    Everything that is read at one edge of a step.

    Attributes:
        worker, server: Scrapes; ``None`` where there is no page.
        alive: Replicas that run.
        use: CPU and memory that each part used so far.
        problems: What could not be read.
        notes: Why pages that answer are left out.
        machine: CPU time of the machine so far, where there is one.
    """

    worker: Scrape | None
    server: Scrape | None
    alive: tuple[Replica, ...]
    use: Mapping[str, ProcessUse]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    machine: MachineTimes | None = None


async def take_snapshot(
    metrics: Metrics, target: Target, endpoints: Mapping[str, str], *, server: bool = True
) -> Snapshot:
    """
    Read everything at one edge; pages come first and all at once, so that slow reads do not shift their moment.

    What the target cannot tell is a problem of the step; it never ends the step.
    """
    problems: list[Problem] = []
    server_pages: Mapping[str, str] = {}
    if server:
        server_pages = await _asked(target.server_pages(), {}, problems)
    worker, at_server = await asyncio.gather(
        _scrape(metrics, endpoints, "worker", problems),
        _scrape(metrics, server_pages, "server", problems),
    )
    alive = tuple(await _asked(target.alive(), (), problems))
    use = await _asked(target.use(), {}, problems)
    times = await _asked(target.machine_times(), None, problems)
    return Snapshot(worker, at_server, alive, use, tuple(problems), machine=times)


def pages_to_read(
    replicas: Sequence[Replica], known: Sequence[WorkerFacts], processes: int | None = None
) -> dict[str, str]:
    """
    Return the workers' pages by identity; none where a replica is known to be several processes, as its page tells of one
    of them alone.

    Args:
        replicas: Replicas of the step.
        known: What is known of each of them.
        processes: Number of processes that each replica was at an earlier step, if there was one.
    """
    if any(worker.processes > 1 for worker in known) or (processes or 1) > 1:
        return {}
    return {replica.identity: replica.metrics_url for replica in replicas if replica.metrics_url is not None}


def pages_of_a_part(endpoints: Mapping[str, str], known: Sequence[WorkerFacts]) -> tuple[Problem, ...]:
    """
    Return a problem if pages were read of replicas that turned out to be several processes, which started late.
    """
    several = [worker for worker in known if worker.processes > 1 and worker.replica in endpoints]
    return tuple(
        Problem(
            ProblemCause.PAGE_UNUSABLE,
            f"{worker.replica} is {counted(worker.processes, 'process', 'processes')}, which neither heartbeats nor polls told when the step began, and its "
            "page tells of one of them: its slots and counts are a part of theirs; measure it again",
            worker.replica,
        )
        for worker in several
    )


async def first_snapshot(
    metrics: Metrics, target: Target, endpoints: dict[str, str], *, own_worker: bool
) -> tuple[dict[str, str], Snapshot]:
    """
    Take a step's first snapshot, and return with it the workers' pages that the others read.

    A user's own worker may serve no page, or one of other families; then the server's side is measured.
    """
    before = await take_snapshot(metrics, target, endpoints)
    if before.worker is None and not own_worker:
        notes = tuple(
            f"the workers' pages answer and are left out of this step: {problem.text}"
            for problem in before.problems
            if problem.cause is ProblemCause.FAMILY_ABSENT
        )
        return {}, replace(before, problems=(), notes=notes)
    return endpoints, before


T = TypeVar("T")


async def _asked(asking: Awaitable[T], otherwise: T, problems: list[Problem]) -> T:
    try:
        return await asking
    except TargetError as error:
        words = f"the target could not be asked at an edge of the step: {error}"
        problems.append(Problem(ProblemCause.TARGET_NOT_ASKED, words))
        return otherwise


async def _scrape(
    metrics: Metrics, endpoints: Mapping[str, str], role: str, problems: list[Problem]
) -> Scrape | None:
    if not endpoints:
        return None
    try:
        return await metrics.scrape(endpoints, role)
    except MeasurementError as error:
        problems.append(problem_of_error(error))
        return None


def pages_of(snapshots: Mapping[str, Snapshot]) -> dict[str, str]:
    """
    Return the text of every page by ``<edge>-<role>-<endpoint>``, to keep it with the step.
    """
    return {
        f"{edge}-{role}-{endpoint}": text
        for edge, look in snapshots.items()
        for role, scrape in (("worker", look.worker), ("server", look.server))
        if scrape is not None
        for endpoint, text in scrape.pages.items()
    }


_CAUSES: dict[type[MeasurementError], ProblemCause] = {
    CounterResetError: ProblemCause.COUNTER_FELL,
    FamilyAbsentError: ProblemCause.FAMILY_ABSENT,
}


def problem_of_error(error: MeasurementError) -> Problem:
    """
    Return the problem, with the error's own text.
    """
    return Problem(_CAUSES.get(type(error), ProblemCause.PAGE_UNUSABLE), str(error))
