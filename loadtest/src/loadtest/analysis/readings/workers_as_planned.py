"""
Whether the running workers are those that the plan describes, and how much load saturates them.

It decides by what the workers report; what they do not report is not known, and is never taken from the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loadtest.plan import Plan, Saturate
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts, activity_slots, workflow_slots

# The SDK of the kit's `main`, which takes the plan's settings.
OF_MAIN = "temporal-python"
# SDKs whose workers run a user's code on one core; workers of other SDKs use as many cores as there are.
_ONE_CORE = ("temporal-python", "temporal-typescript", "temporal-ruby")


def in_flight(load: Saturate, workers: Sequence[WorkerFacts], plan: Plan, key: StepKey) -> int:
    """
    Return how many workflows a saturate load keeps open: the load's number for each activity slot that the workers
    have, or for each workflow task slot of workers that take no activities.

    Args:
        load: The saturate load.
        workers: What is known of the workers, or of some that the step's workers are like; where one does not report
            its slots the plan's number is used, and nothing is then called saturated.
        plan: Plan of the step's cell.
        key: Key of the step; a load's second step keeps twice as many workflows open as the first.
    """
    slots = filled_slots(workers)
    each = plan.worker.slots if slots is None else slots / len(workers)
    once = max(1, round(load.orders_per_slot * each * key.replicas))
    return 2 * once if key.doubled else once


def as_orders_use(workers: Sequence[WorkerFacts], activities_per_workflow: int | None) -> list[WorkerFacts]:
    """
    Return the workers as orders use them: those whose activities are local, of other task queues or none take no activity
    slot, however many the workers have.
    """
    if activities_per_workflow != 0:
        return list(workers)
    return [replace(worker, activity_slots=0) for worker in workers]


def filled_slots(workers: Sequence[WorkerFacts]) -> int | None:
    """
    Return the slots that a saturate load is to fill: activity slots, or workflow task slots where no worker takes
    activities of the task queue; ``None`` where they are not known.
    """
    return activity_slots(workers) or (workflow_slots(workers) if takes_no_activities(workers) else None)


def takes_no_activities(workers: Sequence[WorkerFacts]) -> bool:
    """
    Tell whether the workers are known to have no slot for activities, as those whose activities are local or of other
    task queues.
    """
    return activity_slots(workers) == 0


def takes_plan(workers: Sequence[WorkerFacts]) -> bool:
    """
    Tell whether workers may use the plan's settings: only the kit's `main` does, whose SDK is that of Python.
    """
    return all((worker.sdk or OF_MAIN).startswith(OF_MAIN) for worker in workers)


def run_on_one_core(workers: Iterable[WorkerFacts]) -> bool:
    """
    Tell whether the code of each worker uses one core at most, as far as the workers' SDKs are known.
    """
    return all((worker.sdk or OF_MAIN).startswith(_ONE_CORE) for worker in workers)


def differing_replicas(workers: Sequence[WorkerFacts]) -> list[str]:
    """
    Return a reason if replicas report different numbers of activity slots.
    """
    numbers = sorted({worker.activity_slots for worker in workers if worker.activity_slots is not None})
    if len(numbers) < 2:
        return []
    return [
        f"the replicas run with different numbers of activity slots ({', '.join(map(str, numbers))}), so replicas "
        "cannot be compared; give all of them the same"
    ]


def several_processes(workers: Sequence[WorkerFacts]) -> str | None:
    """
    Return a note for a whole run if a replica is several worker processes; ``None`` where each is one.
    """
    numbers = sorted({worker.processes for worker in workers})
    if not numbers or numbers[-1] == 1:
        return None
    return (
        f"a replica is {' or '.join(map(str, numbers))} worker processes here: what is told of 1 replica is of all of them, their slots "
        "together, and a page at METRICS_PORT tells of one and is left out; to count processes, let the command start one"
    )


def unknown_slots(workers: Sequence[WorkerFacts]) -> list[str]:
    """
    Return why slots are not known, once for each reason: notes for the reader, which make nothing invalid.
    """
    return list(dict.fromkeys(w.why for w in workers if w.activity_slots is None and w.why is not None))


def unplanned_eager(workers: Sequence[WorkerFacts], plan: Plan) -> list[str]:
    """
    Return a note if activities came in replies to workflow tasks although the plan does not ask for that.
    """
    eager = sorted(worker.replica for worker in workers if worker.eager)
    if not eager or plan.worker.eager_activities:
        return []
    return [
        f"{names_of(eager)} took activities in replies to workflow tasks (eager), past the queue: they did not "
        "wait, no rate limit of the task queue or of the worker holds them, and a worker's page counts "
        "them among the waits; switch eager activities off in the worker, or write worker.eager_activities = true"
    ]


def names_of(identities: Iterable[str]) -> str:
    """
    Name the first three of some replicas, and how many more there are.
    """
    names = sorted(identities)
    shown = names[:3]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
