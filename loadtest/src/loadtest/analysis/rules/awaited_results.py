"""
Whether every result of a closed load can be awaited, once the workers have told how many slots they have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from loadtest.analysis.readings.workers_as_planned import in_flight
from loadtest.errors import InputError
from loadtest.plan import Plan, Saturate
from loadtest.plural import counted, plural
from loadtest.results.step_key import StepKey
from loadtest.results.worker_facts import WorkerFacts, activity_slots


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
    slots = activity_slots(workers)
    whose = "" if slots is None else f", {load.orders_per_slot:g} for each activity slot that they have,"
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
