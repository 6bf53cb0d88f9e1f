"""
Whether the workers that run are those that the plan speaks of, and how much load saturates them.

It decides by what the workers say themselves; what they do not say is not known, and is never taken from the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loadtest.plan import Plan, Saturate
from loadtest.results.measured_step import StepKey
from loadtest.results.plan_setting import Setting
from loadtest.results.worker_facts import WorkerFacts, activity_slots

# The SDK of the kit's `main`, which takes the plan's settings.
OF_MAIN = "temporal-python"
# SDKs whose workers run a user's code on one core; those of others use as many as there are.
_ONE_CORE = ("temporal-python", "temporal-typescript", "temporal-ruby")


def in_flight(load: Saturate, workers: Sequence[WorkerFacts], plan: Plan, key: StepKey) -> int:
    """
    Return how many workflows a saturate load keeps open: so many for each activity slot that there really is.

    Args:
        load: Which.
        workers: What is known of the workers, or of some that those of the step are like; where one does not say its
            slots the plan's number stands in, and nothing may then be called saturated (``slots_are_known``).
        plan: What was asked.
        key: Of the step; a second one keeps twice as many open as the first.
    """
    slots = activity_slots(workers)
    each = plan.worker.slots if slots is None else slots / len(workers)
    once = max(1, round(load.orders_per_slot * each * key.replicas))
    return 2 * once if key.doubled else once


def takes_plan(workers: Sequence[WorkerFacts]) -> bool:
    """
    Tell whether workers may take the plan's settings: the kit's `main` does, and is none of another language.
    """
    return all((worker.sdk or OF_MAIN).startswith(OF_MAIN) for worker in workers)


def run_on_one_core(workers: Iterable[WorkerFacts]) -> bool:
    """
    Tell whether the workers' code uses one core each at most, as far as their SDKs are known.
    """
    return all((worker.sdk or OF_MAIN).startswith(_ONE_CORE) for worker in workers)


def unread_factors(workers: Sequence[WorkerFacts], factors: Setting) -> list[str]:
    """
    Return a reason if a run varies settings that its workers do not read; slots are told by their numbers.
    """
    unread = [path for path, _ in factors if path.startswith("worker.") and path != "worker.activity_slots"]
    if not unread or takes_plan(workers):
        return []
    sdks = " and ".join(dict.fromkeys(w.sdk for w in workers if w.sdk is not None))
    return [
        f"the run varies {', '.join(unread)}, and workers of {sdks} take no setting from a plan, so nothing changes: only "
        "the kit's `main` in Python does; leave it out, or compare two worker commands"
    ]


def slots_are_known(workers: Sequence[WorkerFacts]) -> bool:
    """
    Tell whether "slots used" and "saturated" may be said: each worker told its slots.
    """
    return activity_slots(workers) is not None


def differing_replicas(workers: Sequence[WorkerFacts]) -> list[str]:
    """
    Return a reason if replicas say different numbers of activity slots.
    """
    numbers = sorted({worker.activity_slots for worker in workers if worker.activity_slots is not None})
    if len(numbers) < 2:
        return []
    return [
        f"the replicas run with different numbers of activity slots ({', '.join(map(str, numbers))}), so replicas "
        "cannot be compared; give all of them the same"
    ]


def unknown_slots(workers: Sequence[WorkerFacts]) -> list[str]:
    """
    Return why slots are not known, once for each reason: notes for the reader, which make nothing invalid.
    """
    return list(dict.fromkeys(w.why for w in workers if w.activity_slots is None and w.why is not None))


def unplanned_eager(workers: Sequence[WorkerFacts], plan: Plan) -> list[str]:
    """
    Return a note if activities came in replies to workflow tasks and the plan asks for none that way.
    """
    eager = sorted(worker.replica for worker in workers if worker.eager)
    if not eager or plan.worker.eager_activities:
        return []
    return [
        f"{names_of(eager)} took activities in replies to workflow tasks (eager), past the queue: they did not "
        "wait, and a worker's page counts them among the waits; switch eager activities off in the worker, or write worker.eager_activities = true"
    ]


def names_of(identities: Iterable[str]) -> str:
    """
    Name the first three of some replicas, and how many more there are.
    """
    names = sorted(identities)
    shown = names[:3]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
