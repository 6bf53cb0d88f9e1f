"""
What is known of a step's workers before its load begins, and again at its window's end.

A server that does not answer leaves a gap, and what is not known is never taken from the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from loadtest.analysis.readings.settings_as_planned import contradicted_settings, unread_factors
from loadtest.errors import InputError, MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.planned_step import PlannedStep
from loadtest.experiment.ports import AskedWorkers
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.plan import Plan, Saturate
from loadtest.results.measured_step import CLOCK_SLACK_SECONDS, Replica
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.worker_facts import WorkerFacts, activity_slots

# The longest interval of an SDK's heartbeats, with some reserve.
LONGEST_BEAT_SECONDS = 65.0
# A polling worker is listed a moment later; a worker whose SDK sends no heartbeats is never listed.
LISTED_SECONDS = 5.0
# The processes that an earlier step saw start one after the other.
STARTED_SECONDS = 15.0
_PAUSE_SECONDS = 0.5
# A heartbeat or page counts free and used slots one after the other, so a task that came or went in between makes the
# sum wrong by one: a number that differs from the plan's is believed only if it stays for two more heartbeats of the
# kit's worker.
TAKEN_BACK_SECONDS = 12.0


async def ask_workers(workers: AskedWorkers, replicas: Sequence[Replica]) -> tuple[WorkerFacts, ...]:
    """
    Ask what is known of each replica; where the server does not answer, the facts hold that reason.
    """
    try:
        return tuple(await workers.facts(replicas))
    except MeasurementError as error:
        return tuple(WorkerFacts(replica.identity, why=str(error)) for replica in replicas)


async def first_known(
    workers: AskedWorkers,
    replicas: Sequence[Replica],
    step: PlannedStep,
    tell: Callable[[Event], None],
    clock: Clock,
) -> tuple[WorkerFacts, ...]:
    """
    Return what is known of each replica before the load begins.

    Where the load follows the slots, a worker that is only known by heartbeats gets the time to send the first one with
    numbers; so it does where a user's workers must be seen to read a setting that the run varies.

    Args:
        workers: Tells the facts of each replica.
        replicas: Replicas that are ready.
        step: The planned step.
        tell: Gets the phase, if there is a wait.
        clock: Clock of the experiment.

    Raises:
        InputError: The plan names another setting than a worker shows, or a worker does not show that it reads what the
            run varies.
    """

    plan = step.plan
    factors = () if step.own_worker else step.key.factors

    def problems_of(known: Sequence[WorkerFacts]) -> list[str]:
        return [*contradicted_settings(known, plan), *unread_factors(known, factors)]

    known = await _known_processes(workers, replicas, step, clock)
    began, is_told = clock.now(), False
    follows_slots = isinstance(plan.loads[step.key.load], Saturate)
    wants_slots = follows_slots or any(path.startswith("worker.") for path, _ in factors)
    while wants_slots and activity_slots(known) is None and not any(one.serves_sessions for one in known):
        is_listed = any(worker.first_beat for worker in known)
        if clock.now() - began >= (LONGEST_BEAT_SECONDS if is_listed else LISTED_SECONDS):
            break
        if is_listed and not is_told:
            tell(PhaseStarted("wait for the workers' heartbeats", LONGEST_BEAT_SECONDS, at_most=True))
            is_told = True
        await clock.sleep(1.0)
        known = await ask_workers(workers, replicas)
    until = clock.now() + TAKEN_BACK_SECONDS
    while (problems := problems_of(known)) and clock.now() < until:
        await clock.sleep(1.0)
        known = _as_planned_once(known, await ask_workers(workers, replicas), plan)
    if problems:
        raise InputError("\n".join(f"plan: {problem}" for problem in problems))
    return known


async def _known_processes(
    workers: AskedWorkers, replicas: Sequence[Replica], step: PlannedStep, clock: Clock
) -> tuple[WorkerFacts, ...]:
    """
    Ask until every process of each replica may have polled, as a launcher may start several workers one after the other:
    as many as at an earlier step, or as many as its process group has.
    """
    until = clock.now() + (LISTED_SECONDS if step.processes is None else STARTED_SECONDS)
    while True:
        known = await ask_workers(workers, replicas)
        is_whole = all(one.processes >= (step.processes or one.group_size or 1) for one in known)
        if is_whole or step.own_worker or clock.now() >= until:
            return known
        await clock.sleep(_PAUSE_SECONDS)


def _as_planned_once(
    first: Sequence[WorkerFacts], last: Sequence[WorkerFacts], plan: Plan
) -> tuple[WorkerFacts, ...]:
    return tuple(
        replace(before, shows_main=before.shows_main or after.shows_main)
        if before.activity_slots is not None and not contradicted_settings([before], plan)
        else after
        for before, after in zip(first, last, strict=True)
    )


def latest_known(first: Sequence[WorkerFacts], last: Sequence[WorkerFacts]) -> tuple[WorkerFacts, ...]:
    """
    Combine each replica's last facts with the slots that it had before the load, as a sum taken under load may miss
    one, and with the most polls for activities that it had out, as a worker without load has all of them out.

    Where the last facts have no slots at all, the first ones are kept; where the replica has become more processes, or
    was seen to serve sessions, the last ones. A page that once showed the kit's `main` counts as showing it, whatever
    it shows later.
    """
    return tuple(
        replace(
            _latest(before, after),
            shows_main=before.shows_main or after.shows_main,
            started_at=after.started_at or before.started_at,
        )
        for before, after in zip(first, last, strict=True)
    )


def started_anew(
    first: Sequence[WorkerFacts], last: Sequence[WorkerFacts], start_at: float
) -> tuple[Problem, ...]:
    """
    Return a problem for each replica whose process stayed while a worker in it was started anew, as a supervisor does.

    Args:
        first, last: What was known of each replica before the load, and at the window's end.
        start_at: Unix time of the step's first arrival.
    """
    return tuple(
        Problem(
            ProblemCause.WORKER_RESTARTED,
            f"a worker of replica {after.replica} was started anew {after.started_at - start_at:.0f} s after the load began, so the tasks "
            "that it held before were lost or late; see its log, mend that and measure again",
            after.replica,
            after.started_at - start_at,
        )
        for before, after in zip(first, last, strict=True)
        if before.started_at is not None
        and after.started_at is not None
        and after.started_at > start_at + CLOCK_SLACK_SECONDS
        # Their difference has no part of what the worker's clock is off.
        and after.started_at > before.started_at + CLOCK_SLACK_SECONDS
    )


def _latest(before: WorkerFacts, after: WorkerFacts) -> WorkerFacts:
    if after.serves_sessions:
        return after
    if after.activity_slots is None and before.activity_slots is not None:
        return before
    return replace(
        after,
        activity_slots=_first(before, after).activity_slots or after.activity_slots,
        workflow_slots=_first(before, after).workflow_slots or after.workflow_slots,
        activity_pollers=_most(before.activity_pollers, after.activity_pollers),
    )


def _first(before: WorkerFacts, after: WorkerFacts) -> WorkerFacts:
    return before if before.processes >= after.processes else after


def _most(*numbers: int | None) -> int | None:
    return max((number for number in numbers if number is not None), default=None)
