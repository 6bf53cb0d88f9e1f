"""
What `loadtest limits` asks: a plan's saturate load at one replica count, and the loads that reliefs need.
"""

from __future__ import annotations

import math
from typing import Any

from loadtest.analysis.suspects.relief_change import HALF_MORE, half_more
from loadtest.cli.place_flags import Place, is_local
from loadtest.cli.question_plan import MOST_RELIEF_ROUNDS, RELIEF_ROUNDS, RoundsAsked, parse_asked
from loadtest.errors import InputError
from loadtest.plan import Plan, parse_plan
from loadtest.results.question import LimitsQuestion

# Key of the new plan -> the flag that gave its value.
_FLAGS = {
    **{f"loads.{load}.window_seconds": "--block" for load in range(4)},
    "warm_up_seconds": "--change-over",
}


def limits_plan(
    plan: Plan,
    place: Place,
    asked: RoundsAsked,
    most_suspects: int,
) -> tuple[Plan, LimitsQuestion]:
    """
    Return the plan of a search for the limit and its question.

    Args:
        plan: The user's plan; its factors stay at their first values.
        place: Where to measure; only on this machine can the run set up server and workers.
        asked: The steps, and the rounds of each relief.
        most_suspects: Number of suspects that are relieved at most; 0 names suspects by their readings alone.

    Raises:
        InputError: A number cannot be used.
    """
    first, most = asked.first_and_most(RELIEF_ROUNDS, MOST_RELIEF_ROUNDS)
    if most_suspects < 0:
        raise InputError(f"--suspects {most_suspects}: must be 0 or more; 0 relieves none")
    if asked.replicas is not None and asked.replicas < 1:
        raise InputError(f"--replicas {asked.replicas}: must be 1 or more")
    document = plan.at_first_values()
    base = parse_plan(document, "limits")
    count = base.replicas[0] if asked.replicas is None else asked.replicas
    document |= {
        "replicas": [count, half_more(count)] if most_suspects else [count],
        "loads": _loads(base, count, asked.window_seconds, relieves=most_suspects > 0),
        "warm_up_seconds": asked.change_over_seconds,
        "repetitions": 1 + 2 * most * max(1, most_suspects),
        "shuffle": False,
    }
    document["max_awaited"] = _most_awaited(base, document)
    is_here = is_local(place)
    starts_server = is_here and "address" not in place and not plan.server_names
    own_worker = "worker_command" not in place and plan.worker_command is None
    sets_worker = is_here and (own_worker or plan.worker.activity_slots is not None)
    question = LimitsQuestion(first, most, most_suspects, starts_server, sets_worker, adds_injectors=is_here)
    return parse_asked(document, "limits", _FLAGS), question


def _loads(plan: Plan, replicas: int, seconds: float, *, relieves: bool) -> list[dict[str, Any]]:
    """
    Return four loads: as planned, with half more orders, and with the same orders on more slots and on more replicas; all
    of them as planned where nothing is relieved.
    """
    saturate = plan.saturate_load
    slots = plan.worker.slots
    # Rounded to whole orders: less than one order for each slot is at least one in all, and half more of a part of an
    # order adds none.
    orders = max(1, round(saturate.orders_per_slot * slots * replicas)) / (slots * replicas)
    relieved = (
        orders * HALF_MORE,
        orders * slots / half_more(slots),
        orders * replicas / half_more(replicas),
    )
    per_slot = (orders, *(relieved if relieves else [orders] * len(relieved)))
    return [
        {**saturate.model_dump(mode="json"), "window_seconds": seconds, "in_flight_per_slot": value}
        for value in per_slot
    ]


def _most_awaited(plan: Plan, made: dict[str, Any]) -> int:
    """
    Return the plan's bound, raised to allow combinations of load, slots and replicas that no step has.

    Args:
        plan: The user's plan.
        made: The plan of the search, without the bound.
    """
    fewest, largest = made["replicas"][0], made["replicas"][-1]
    per_slot: list[float] = [load["in_flight_per_slot"] for load in made["loads"]]
    most = max(per_slot) * plan.worker.slots * fewest
    if most > plan.max_awaited:
        relieves = largest > fewest
        what = "half more orders in flight are" if relieves else "the orders in flight are"
        way = ", or relieve nothing by --suspects 0" if relieves else ""
        raise InputError(
            f"{what} {most:,.0f}, and max_awaited = {plan.max_awaited:,}; "
            "lower in_flight_per_slot or worker.activity_slots, or raise max_awaited where the server answers more"
            f"{way}"
        )
    if largest == fewest:
        return plan.max_awaited
    combined: float = max(per_slot) * half_more(plan.worker.slots) * largest
    return max(plan.max_awaited, math.ceil(combined))
