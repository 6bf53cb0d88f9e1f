"""
How the kit relieves a suspect alone, by half more of it, with the number of orders in flight kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.plan import Plan, Saturate
from loadtest.plural import counted
from loadtest.results.plan_setting import Setting
from loadtest.results.suspect import Suspect, SuspectName

HALF_MORE = 1.5
# Indices of the loads of a plan that looks for a limit.
AS_PLANNED, MORE_ORDERS, MORE_SLOTS, MORE_REPLICAS = range(4)
_WORKER_KEYS = {
    SuspectName.ACTIVITY_SLOTS: ("activity_slots", "activity slots"),
    SuspectName.WORKFLOW_SLOTS: ("workflow_task_slots", "workflow task slots"),
    SuspectName.ACTIVITY_POLLERS: ("activity_pollers", "activity pollers"),
    SuspectName.WORKFLOW_POLLERS: ("workflow_pollers", "workflow task pollers"),
    SuspectName.CACHE: ("max_cached_workflows", "cached workflows"),
}
# What the server does where its configuration says nothing.
_SERVER_KEYS = {
    SuspectName.REQUEST_RATE: ("frontend.namespaceRPS", 2400, "requests/s"),
    SuspectName.LONG_POLLS: ("frontend.namespaceCount", 1200, "long polls"),
    SuspectName.PERSISTENCE_RATE: ("history.persistenceMaxQPS", 9000, "requests/s to the database"),
}


@dataclass(frozen=True, slots=True)
class Relief:
    """
    What is changed to relieve one suspect.

    Attributes:
        setting: Values of the plan's keys.
        load: Index of the load.
        replicas: Worker replicas.
        text: In words, such as ``6 activity slots``.
    """

    setting: Setting
    load: int
    replicas: int
    text: str


def relief_of(
    suspect: Suspect, plan: Plan, *, starts_server: bool, why_not_worker: str | None
) -> Relief | str:
    """
    Return the relief of a suspect, or why the kit cannot relieve it.

    Args:
        suspect: Which.
        plan: With the loads of ``AS_PLANNED`` to ``MORE_REPLICAS``.
        starts_server: Whether the server is the run's own, so that its configuration can be changed.
        why_not_worker: Why the plan does not decide the workers' settings; ``None`` where it does.
    """
    if suspect.not_relieved is not None:
        return suspect.not_relieved
    replicas, name = plan.replicas[0], suspect.name
    if name in _WORKER_KEYS:
        return _of_worker(name, plan) if why_not_worker is None else why_not_worker
    if name in _SERVER_KEYS:
        if not starts_server:
            return "somebody else started the server"
        key, default, unit = _SERVER_KEYS[name]
        value = half_more(float(plan.server.dynamic_config.get(key, default)))
        return Relief(((f"server.{key}", value),), AS_PLANNED, replicas, f"{value:,} {unit}")
    if name is SuspectName.WORKER_CPU:
        more = plan.replicas[-1]
        return Relief((), MORE_REPLICAS, more, counted(more, "replica"))
    load = plan.loads[MORE_ORDERS]
    assert isinstance(load, Saturate)
    orders = round(load.orders_per_slot * plan.worker.slots * replicas)
    return Relief((), MORE_ORDERS, replicas, f"{counted(orders, 'order')} in flight")


def half_more(value: float) -> int:
    """
    Return half more of a count, and at least one more.
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
        # Half more of a cache that thrashes still thrashes: every open order has room.
        value = max(value, math.ceil(load.orders_per_slot * plan.worker.slots * plan.replicas[0]))
    load_index = MORE_SLOTS if name is SuspectName.ACTIVITY_SLOTS else AS_PLANNED
    return Relief(((f"worker.{key}", value),), load_index, plan.replicas[0], f"{value:,} {what}")
