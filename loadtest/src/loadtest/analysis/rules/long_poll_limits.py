"""
Refuses plans that ask for more long polls than a Temporal server answers at once, by the plan and by the workers' slots.

A server counts long polls for each namespace, API and frontend separately, and refuses those beyond its limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.readings.workers_as_planned import filled_slots, in_flight, takes_no_activities
from loadtest.errors import InputError
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted, plural
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts

# Server default of frontend.namespaceCount.
CALLS_PER_FRONTEND = 1200
_CALLS_KEY = "frontend.namespaceCount"
# The largest number of pollers of an SDK that scales them by itself.
_MOST_POLLERS = 100


@dataclass(frozen=True, slots=True)
class ServerNeed:
    """
    One kind of request that a plan makes at its largest step.

    Attributes:
        what: What is needed, in words.
        needs: Number that is needed.
        allows: How many the server answers at once; ``None`` where it sets no limit.
        key: The plan's key that lowers it; ``None`` where the number is only reached if pollers grow.
    """

    what: str
    needs: int
    allows: int | None
    key: str | None


def server_needs(plan: Plan) -> tuple[ServerNeed, ...]:
    """
    Return what the largest step of a plan asks for.

    A ``max_awaited`` beyond one frontend's limit says that there are enough frontends for it.
    """
    calls = plan.server.dynamic_config.get(_CALLS_KEY, CALLS_PER_FRONTEND)
    each = calls if isinstance(calls, int) and calls > 0 else CALLS_PER_FRONTEND
    allowed = each * max(1, math.ceil(plan.max_awaited / each))
    replicas = plan.replicas[-1]
    slots = max(int(value) for value in plan.factors.get("worker.activity_slots", (plan.worker.slots,)))
    awaited = [load.orders_per_slot for load in plan.loads if isinstance(load, Saturate)]
    needs = [ServerNeed("activity slots", replicas * slots, None, None)]
    for kind, key in (("activity", "activity_pollers"), ("workflow", "workflow_pollers")):
        values = plan.factors.get(f"worker.{key}", (getattr(plan.worker, key),))
        fixed = [value for value in values if isinstance(value, int)]
        if fixed:
            most = replicas * max(fixed)
            needs.append(ServerNeed(f"{kind} long polls", most, allowed, f"worker.{key} = {max(fixed)}"))
        if len(fixed) < len(values):
            what = f"{kind} long polls where they scale" if fixed else f"{kind} long polls"
            needs.append(ServerNeed(what, replicas * _MOST_POLLERS, allowed, None))
    if awaited:
        most_open = math.ceil(max(awaited) * slots * replicas)
        needs.append(ServerNeed("awaited results", most_open, plan.max_awaited, "in_flight_per_slot"))
    return tuple(needs)


def demand_server_allows(plan: Plan) -> None:
    """
    Refuse a plan whose largest step no server answers, before anything is scaled.

    Raises:
        InputError: One line for each need that is too large.
    """
    problems = [
        f"plan: {need.needs:,} {need.what} at {counted(plan.replicas[-1], 'replica')}, and the server answers {need.allows:,} at once; "
        f"lower replicas or {need.key}, or where more frontends answer say so by max_awaited"
        for need in server_needs(plan)
        if need.allows is not None and need.key is not None and need.needs > need.allows
    ]
    if problems:
        raise InputError("\n".join(problems))


def line_of_needs(plan: Plan) -> str:
    """
    Say in one line what a plan needs and what the server allows.
    """
    parts = []
    for need in server_needs(plan):
        up_to = "up to " if need.allows is not None and need.key is None else ""
        limit = "" if need.allows is None else f" (the server allows {need.allows:,})"
        parts.append(f"{up_to}{need.needs:,} {need.what}{limit}")
    return f"at {counted(plan.replicas[-1], 'replica')} this plan needs {', '.join(parts)}"


def demand_awaitable(plan: Plan, workers: Sequence[WorkerFacts], keys: Iterable[StepKey]) -> None:
    """
    Refuse closed steps that would keep more orders open than results can be awaited of.

    Args:
        plan: Of the cell.
        workers: What is known of some that a step runs with; those of the others are taken to be like them.
        keys: The steps of that cell.

    Raises:
        InputError: The largest of them is too large; says for which ``in_flight_per_slot`` no step of the plan is.
    """
    closed = [
        (in_flight(load, workers, plan, key), load, key)
        for key in keys
        if isinstance(load := plan.loads[key.load], Saturate)
    ]
    if not closed:
        return
    most, load, key = max(closed, key=lambda one: one[0])
    if most <= plan.max_awaited:
        return
    largest = replace(key, replicas=max(key.replicas, plan.replicas[-1]))
    kind = "workflow task slot" if takes_no_activities(workers) else "activity slot"
    known = filled_slots(workers) is not None
    whose = f", {load.orders_per_slot:g} for each {kind} that they have," if known else ""
    # Rounded down, so that what is written keeps the bound.
    fits = (
        math.floor(1000 * load.orders_per_slot * plan.max_awaited / in_flight(load, workers, plan, largest))
        / 1000
    )
    told = "" if largest == key else f" for up to {largest.replicas}"
    way = f"write in_flight_per_slot = {fits:g}{told}, " if fits > 0 else ""
    raise InputError(
        f"plan: {counted(key.replicas, 'replica')} would keep {most:,} {plural(most, 'order')} open{whose} and the result of "
        f"each is awaited, beyond max_awaited = {plan.max_awaited:,}; give the workers fewer slots, lower replicas, "
        f"{way}or raise max_awaited where the server answers more such calls at once (a "
        "namespace's frontend answers 1,200, unless it is set otherwise)"
    )
