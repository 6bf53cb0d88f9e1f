"""
What is known of a step's workers before its load begins, and again at its window's end.

A server that cannot be asked leaves a gap, and what is not known is never taken from the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from loadtest.analysis.settings_as_planned import contradicted_settings
from loadtest.errors import InputError, MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import AskedWorkers
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.plan import Plan
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts, activity_slots

# The longest interval of an SDK's heartbeats, and some.
LONGEST_BEAT_SECONDS = 65.0
# A worker that polls already is listed a moment later, and one of an SDK without heartbeats never.
LISTED_SECONDS = 5.0
# A heartbeat or page counts free and used slots one after the other, so a task that came or went in between makes its sum
# wrong by one: another number than the plan's is believed once two more heartbeats of ours have not taken it back.
TAKEN_BACK_SECONDS = 12.0


async def ask_workers(workers: AskedWorkers, replicas: Sequence[Replica]) -> tuple[WorkerFacts, ...]:
    """
    Ask what is known of each replica; a server that does not answer is the reason why nothing is.
    """
    try:
        return tuple(await workers.facts(replicas))
    except MeasurementError as error:
        return tuple(WorkerFacts(replica.identity, why=str(error)) for replica in replicas)


async def first_known(
    workers: AskedWorkers,
    replicas: Sequence[Replica],
    plan: Plan,
    tell: Callable[[Event], None],
    clock: Clock,
    *,
    wants_slots: bool,
) -> tuple[WorkerFacts, ...]:
    """
    Return what is known of each replica before the load begins.

    Args:
        workers: Says it.
        replicas: That are ready.
        plan: Of the cell.
        tell: Gets the phase, if there is a wait.
        clock: Of the experiment.
        wants_slots:
            Whether the load follows the slots: then a worker of which only heartbeats tell is given the time to
            send the first one that holds numbers.

    Raises:
        InputError: The plan names another setting than a worker shows.
    """
    known = await ask_workers(workers, replicas)
    began, is_told = clock.now(), False
    while wants_slots and activity_slots(known) is None:
        is_listed = any(worker.first_beat for worker in known)
        if clock.now() - began >= (LONGEST_BEAT_SECONDS if is_listed else LISTED_SECONDS):
            break
        if is_listed and not is_told:
            tell(PhaseStarted("wait for the workers' heartbeats", LONGEST_BEAT_SECONDS, at_most=True))
            is_told = True
        await clock.sleep(1.0)
        known = await ask_workers(workers, replicas)
    until = clock.now() + TAKEN_BACK_SECONDS
    while (problems := contradicted_settings(known, plan)) and clock.now() < until:
        await clock.sleep(1.0)
        known = _as_planned_once(known, await ask_workers(workers, replicas), plan)
    if problems:
        raise InputError("\n".join(f"plan: {problem}" for problem in problems))
    return known


def _as_planned_once(
    first: Sequence[WorkerFacts], last: Sequence[WorkerFacts], plan: Plan
) -> tuple[WorkerFacts, ...]:
    return tuple(
        before if before.activity_slots is not None and not contradicted_settings([before], plan) else after
        for before, after in zip(first, last, strict=True)
    )


def latest_known(first: Sequence[WorkerFacts], last: Sequence[WorkerFacts]) -> tuple[WorkerFacts, ...]:
    """
    Take each replica's last facts with the slots that it had before the load, which a sum taken under load may miss by one,
    and with the most polls for activities that it had out, which a worker without load has.

    Where the last facts say no slots at all, the first ones stay as they are.  A page that showed the kit's `main` once has
    shown it, whatever became of it.
    """
    return tuple(
        before
        if after.activity_slots is None and before.activity_slots is not None
        else replace(
            after,
            activity_slots=before.activity_slots or after.activity_slots,
            workflow_slots=before.workflow_slots or after.workflow_slots,
            activity_pollers=_most(before.activity_pollers, after.activity_pollers),
            shows_main=before.shows_main or after.shows_main,
        )
        for before, after in zip(first, last, strict=True)
    )


def _most(*numbers: int | None) -> int | None:
    return max((number for number in numbers if number is not None), default=None)
