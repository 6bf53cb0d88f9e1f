"""
Whether workers run with the settings that the plan names, as far as their heartbeats and pages show them.

What they do not show is not known: only the kit's `main` reads a plan's settings, and its page says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from loadtest.analysis.readings.workers_as_planned import names_of, takes_plan
from loadtest.plan import DynamicValue, Plan, WorkerSetup
from loadtest.results.plan_setting import Setting
from loadtest.results.worker_facts import WorkerFacts

# A heartbeat under load may miss a slot, as it counts free and used slots one after the other.
_MISCOUNTED_SLOTS = 1


def contradicted_settings(workers: Sequence[WorkerFacts], plan: Plan) -> list[str]:
    """
    Return a reason for each setting that the plan names and a worker shows to be another one.

    Args:
        workers: What is known of the workers.
        plan: Plan of the cell; a key with its default value counts as not written.
    """
    return [
        _contradiction(key, asked, others)
        for key, asked in _named(plan.worker).items()
        if (others := _others(workers, key, asked))
    ]


def settings_not_known(workers: Sequence[WorkerFacts], plan: Plan, factors: Setting) -> str | None:
    """
    Say for which settings it is not known whether a user's workers read them; ``None`` where there are none.

    Args:
        workers: What is known of the workers.
        plan: Plan of the cell.
        factors: The factors that the run varies, whatever their values are in this cell.
    """
    unproved = [worker for worker in workers if not (worker.shows_main and takes_plan([worker]))]
    asked = {
        **_named(plan.worker),
        **{path.removeprefix("worker."): value for path, value in factors if path.startswith("worker.")},
    }
    keys = [
        f"worker.{key}"
        for key, value in asked.items()
        if any(_SHOWN[key](worker, value) is None for worker in unproved)
    ]
    if not keys:
        return None
    return (
        f"the plan names {', '.join(keys)}, which these workers ({_sdks(unproved)}) are not known to read: only the kit's `main` does, "
        "and their pages do not show it; what they run with is not known, so set it in the worker and leave it out here"
    )


def unread_factors(workers: Sequence[WorkerFacts], factors: Setting) -> list[str]:
    """
    Return a reason if a run varies settings of its workers that they are not known to read: two settings that may be
    one would be told as the same.

    A setting that a worker shows is checked by its value.
    """
    of_workers = {
        path: (path.removeprefix("worker."), value) for path, value in factors if path.startswith("worker.")
    }
    deaf = [worker for worker in workers if worker.shows_main is False or not takes_plan([worker])]
    unread = [
        path
        for path, (key, value) in of_workers.items()
        if any(_SHOWN[key](worker, value) is None for worker in deaf)
    ]
    if not unread:
        return []
    return [
        f"the run varies {', '.join(unread)}, and nothing shows that these workers ({_sdks(deaf)}) read it, so its values may "
        "all be one: only the kit's `main` in Python takes settings from a plan; leave it out, or compare two worker commands, "
        'such as --a-worker-command "env NAME=1 run.sh" --b-worker-command "env NAME=2 run.sh"'
    ]


def reads_settings(workers: Sequence[WorkerFacts]) -> bool:
    """
    Tell whether a change of the plan's settings reaches the workers; where their pages were not read it may.
    """
    return takes_plan(workers) and all(worker.shows_main is not False for worker in workers)


def _sdks(workers: Sequence[WorkerFacts]) -> str:
    return " and ".join(dict.fromkeys(worker.sdk or "of an SDK that does not say" for worker in workers))


def _named(setup: WorkerSetup) -> dict[str, DynamicValue]:
    usual = WorkerSetup().model_dump()
    return {key: value for key, value in setup.model_dump().items() if value != usual[key]}


def _others(workers: Sequence[WorkerFacts], key: str, asked: DynamicValue) -> dict[str, DynamicValue]:
    seen = {worker.replica: _SHOWN[key](worker, asked) for worker in workers}
    return {name: shown for name, shown in seen.items() if shown is not None and shown != asked}


def _contradiction(key: str, asked: DynamicValue, others: Mapping[str, DynamicValue]) -> str:
    found = sorted({shown for shown in others.values()}, key=str)
    exact = f"write {key} = {json.dumps(found[0])}, " if _is_value(key, found[0]) else ""
    return (
        f"the plan says worker.{key} = {json.dumps(asked)} and {names_of(others)} run with {' or '.join(map(str, found))}, so "
        f"the step would be called after a setting that nobody has; {exact}leave it out, or give the worker {asked}"
    )


def _is_value(key: str, shown: DynamicValue) -> bool:
    return not isinstance(shown, str) or shown == "autoscaling" or (key, shown) == ("tuner", "fixed")


def _activity_slots(worker: WorkerFacts, _asked: DynamicValue) -> DynamicValue | None:
    return worker.activity_slots


def _workflow_slots(worker: WorkerFacts, asked: DynamicValue) -> DynamicValue | None:
    slots = worker.workflow_slots
    is_near = slots is not None and isinstance(asked, int) and abs(slots - asked) <= _MISCOUNTED_SLOTS
    return asked if is_near else slots


def _pollers(
    kind: Literal["activity", "workflow"], worker: WorkerFacts, asked: DynamicValue
) -> DynamicValue | None:
    """
    Return how a worker polls; a fixed number shows only where more polls are out than were asked for.
    """
    scales: bool | None = getattr(worker, f"{kind}_polls_scale")
    if scales:
        return "autoscaling"
    if isinstance(asked, int):
        return _more_than(asked, getattr(worker, f"{kind}_pollers"), worker)
    return None if scales is None else "a fixed number"


def _cached(worker: WorkerFacts, asked: DynamicValue) -> DynamicValue | None:
    return _more_than(int(asked), worker.cached_workflows, worker)


def _more_than(asked: int, seen: int | None, worker: WorkerFacts) -> DynamicValue | None:
    """
    Return "that many or more" for a worker of which it is not known how many it was told to use.
    """
    return f"{seen} or more" if seen is not None and seen > asked and not worker.shows_main else None


def _tuner(worker: WorkerFacts, _asked: DynamicValue) -> DynamicValue | None:
    supplier = worker.slot_supplier
    if supplier is None:
        return None
    return {"Fixed": "fixed", "ResourceBased": "resource"}.get(supplier, supplier)


def _eager(worker: WorkerFacts, _asked: DynamicValue) -> DynamicValue | None:
    # That no activity came eagerly does not show that none may.
    return True if worker.eager else None


def _not_shown(_worker: WorkerFacts, _asked: DynamicValue) -> DynamicValue | None:
    return None


_SHOWN: Mapping[str, Callable[[WorkerFacts, DynamicValue], DynamicValue | None]] = {
    "activity_slots": _activity_slots,
    "workflow_task_slots": _workflow_slots,
    "activity_pollers": partial(_pollers, "activity"),
    "workflow_pollers": partial(_pollers, "workflow"),
    "max_cached_workflows": _cached,
    "eager_activities": _eager,
    "sandbox": _not_shown,
    "uvloop": _not_shown,
    "tuner": _tuner,
}
