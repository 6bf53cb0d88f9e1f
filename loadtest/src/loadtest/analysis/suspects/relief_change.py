"""
How the kit relieves one suspect alone, by half more of it, with the same number of orders in flight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.readings.workers_as_planned import in_flight
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted
from loadtest.results.plan_setting import Setting
from loadtest.results.step_key import StepKey
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.worker_facts import WorkerFacts

HALF_MORE = 1.5
# Targets of a run on this machine, whose workers and injectors it starts: beside a server of its own, or one that ran.
_OWN_SERVER, _GIVEN_SERVER = "local", "address"
# Indices of the loads of a plan that looks for a limit.
AS_PLANNED, MORE_ORDERS, MORE_SLOTS, MORE_REPLICAS = range(4)
_WORKER_KEYS = {
    SuspectName.ACTIVITY_SLOTS: ("activity_slots", "activity slots"),
    SuspectName.WORKFLOW_SLOTS: ("workflow_task_slots", "workflow task slots"),
    SuspectName.ACTIVITY_POLLERS: ("activity_pollers", "activity pollers"),
    SuspectName.WORKFLOW_POLLERS: ("workflow_pollers", "workflow task pollers"),
    SuspectName.CACHE: ("max_cached_workflows", "cached workflows"),
}
# Defaults of the server where its configuration does not set the key.
_SERVER_KEYS = {
    SuspectName.REQUEST_RATE: ("frontend.namespaceRPS", 2400, "requests/s"),
    SuspectName.LONG_POLLS: ("frontend.namespaceCount", 1200, "long polls"),
    SuspectName.PERSISTENCE_RATE: ("history.persistenceMaxQPS", 9000, "requests/s to the database"),
}
NOT_OUR_WORKERS = "whoever starts the workers sets it, and the plan does not"
_NOT_OUR_SERVER = "somebody else started the server"
_NOT_OUR_INJECTORS = "it is the measurement's own; measure again with more"
# A limit set by API counts in place of any other; somebody else's server may have one to protect what activities call.
_QUEUE_RATES = {
    SuspectName.QUEUE_RATE_API: "somebody set it on a server that the run does not start",
    SuspectName.QUEUE_RATE_WORKER: "it stands in the worker's code, and somebody else started the server",
    SuspectName.QUEUE_RATE_SYSTEM: _NOT_OUR_SERVER,
}


@dataclass(frozen=True, slots=True)
class Relief:
    """
    What is changed to relieve one suspect.

    Attributes:
        setting: Values of the plan's keys.
        load: Index of the load.
        replicas: Worker replicas.
        text: The change in words, such as ``6 activity slots``.
    """

    setting: Setting
    load: int
    replicas: int
    text: str


def relief_of(
    suspect: Suspect,
    plan: Plan,
    workers: Sequence[WorkerFacts],
    *,
    starts_server: bool,
    why_not_worker: str | None,
    adds_injectors: bool = False,
    queue_per_second: float | None = None,
) -> Relief | str:
    """
    Return the relief of a suspect, or why the kit cannot relieve it.

    Args:
        suspect: The suspect to relieve.
        plan: Plan with the loads of ``AS_PLANNED`` to ``MORE_REPLICAS``.
        workers: What is known of the workers of the step that is relieved.
        starts_server: Whether the server is the run's own, so that its configuration can be changed.
        why_not_worker: Why the plan does not decide the workers' settings; ``None`` where it does.
        adds_injectors: Whether the run can start more injectors.
        queue_per_second: Rate limit in force of the queue's activities; ``None`` where none is known.
    """
    if suspect.not_relieved is not None:
        return suspect.not_relieved
    replicas, name = plan.replicas[0], suspect.name
    if name in _WORKER_KEYS:
        return _of_worker(name, plan) if why_not_worker is None else why_not_worker
    if name in _SERVER_KEYS:
        if not starts_server:
            return _NOT_OUR_SERVER
        key, default, unit = _SERVER_KEYS[name]
        value = half_more(float(plan.server.dynamic_config.get(key, default)))
        return Relief(((f"server.{key}", value),), AS_PLANNED, replicas, f"{value:,} {unit}")
    if name in _QUEUE_RATES:
        if not starts_server:
            return _QUEUE_RATES[name]
        assert queue_per_second is not None  # it is what the suspect is ranked by
        value = half_more(queue_per_second)
        return Relief(
            (("queue_activities_per_second", value),),
            AS_PLANNED,
            replicas,
            f"{value:,} activities/s of the queue",
        )
    if name is SuspectName.WORKER_CPU:
        more = plan.replicas[-1]
        return Relief((), MORE_REPLICAS, more, counted(more, "replica"))
    if name is SuspectName.INJECTOR:
        if not adds_injectors:
            return _NOT_OUR_INJECTORS
        count = half_more(plan.injectors)
        return Relief((("injectors", count),), AS_PLANNED, replicas, counted(count, "injector"))
    load = plan.loads[MORE_ORDERS]
    assert isinstance(load, Saturate)
    orders = in_flight(load, workers, plan, StepKey(replicas, MORE_ORDERS, load.kind.value, 1))
    return Relief((), MORE_ORDERS, replicas, f"{counted(orders, 'order')} in flight")


def not_relieved_at(suspect: Suspect, target: str) -> str | None:
    """
    Return why `loadtest limits` cannot relieve a suspect where a run measured; ``None`` where it can.

    Args:
        suspect: The suspect, as its rule found it.
        target: The manifest's target.
    """
    name = suspect.name
    if suspect.not_relieved is not None or target == _OWN_SERVER:
        return suspect.not_relieved
    if name in _SERVER_KEYS:
        return _NOT_OUR_SERVER
    if name in _QUEUE_RATES:
        return _QUEUE_RATES[name]
    if target == _GIVEN_SERVER:
        return None
    if name in _WORKER_KEYS:
        return NOT_OUR_WORKERS
    return _NOT_OUR_INJECTORS if name is SuspectName.INJECTOR else None


def as_before_relief(found: Suspect, relieved: Suspect) -> Suspect:
    """
    Return a suspect of relieved blocks as whoever set the limit knows it: one of a queue's rate was set by the relief itself.

    Args:
        found: Suspect of a relieved block.
        relieved: Suspect that was relieved there.
    """
    if relieved.name in _QUEUE_RATES and found.name is SuspectName.QUEUE_RATE_API:
        return replace(found, name=relieved.name, setting=relieved.setting)
    return found


def half_more(value: float) -> int:
    """
    Return a count increased by half, and by at least one.
    """
    return math.ceil(value * HALF_MORE)


def _of_worker(name: SuspectName, plan: Plan) -> Relief | str:
    key, what = _WORKER_KEYS[name]
    planned = plan.worker.slots if key == "activity_slots" else getattr(plan.worker, key)
    if not isinstance(planned, int):
        return f"it is {planned}"
    value = half_more(planned)
    if name is SuspectName.CACHE:
        load = plan.loads[AS_PLANNED]
        assert isinstance(load, Saturate)
        # A cache that is far too small would still be too small with half more: give every open order room.
        value = max(value, math.ceil(load.orders_per_slot * plan.worker.slots * plan.replicas[0]))
    load_index = MORE_SLOTS if name is SuspectName.ACTIVITY_SLOTS else AS_PLANNED
    return Relief(((f"worker.{key}", value),), load_index, plan.replicas[0], f"{value:,} {what}")
