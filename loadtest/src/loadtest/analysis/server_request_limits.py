"""
What a plan asks of a Temporal server at its largest step, beside what the server answers at once.

A server counts long polls for each namespace, API and frontend apart, and refuses what goes beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted

# Server default of frontend.namespaceCount.
CALLS_PER_FRONTEND = 1200
_CALLS_KEY = "frontend.namespaceCount"
# An SDK's pollers that scale by themselves stop there.
_MOST_POLLERS = 100


@dataclass(frozen=True, slots=True)
class ServerNeed:
    """
    One thing that a plan asks for at its largest step.

    Attributes:
        what: In words.
        needs: How many.
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

    A ``max_awaited`` beyond one frontend's limit says that there are as many frontends as it takes.
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
