"""
Every step that a plan asks for, in the order of its run.
"""

from __future__ import annotations

import itertools
import random

from loadtest.plan import Open, Plan, Saturate
from loadtest.results.step_key import StepKey


def step_keys(plan: Plan) -> list[StepKey]:
    """
    Return every step of a plan in the order of its run.

    Repetitions are interleaved, and within a repetition the seed draws the order of the replica counts, so that a slow
    drift of the machine does not look like an effect of the count. Loads follow each other within a count, the saturate
    load first, as the others take their rate from it; where the rate for all counts comes from the first count's
    saturate step, that count comes first. Values of factors change last, as a change restarts workers or the server.
    """
    loads = sorted(range(len(plan.loads)), key=lambda index: not isinstance(plan.loads[index], Saturate))
    return [
        StepKey(replicas, index, plan.loads[index].kind.value, repetition, factors)
        for repetition in range(1, plan.repetitions + 1)
        for factors in combinations(plan)
        for replicas in _counts(plan, repetition)
        for index in loads
    ]


def plan_of_cell(plan: Plan, key: StepKey) -> Plan:
    """
    Return the plan by which a step is carried out: with the values of its own factors, and none left to vary.
    """
    return plan.with_factors(dict(key.factors))


def combinations(plan: Plan) -> list[tuple[tuple[str, bool | int | float | str], ...]]:
    """
    Return every combination of the factors' values; one empty combination for a plan without factors.
    """
    names = list(plan.factors)
    return [tuple(zip(names, values, strict=True)) for values in itertools.product(*plan.factors.values())]


def _counts(plan: Plan, repetition: int) -> list[int]:
    counts = list(plan.replicas)
    if not plan.shuffle:
        return counts
    random.Random(f"{plan.seed}/{repetition}/counts").shuffle(counts)
    if repetition == 1 and _needs_the_first_count(plan):
        counts.sort(key=lambda count: count != plan.replicas[0])
    return counts


def _needs_the_first_count(plan: Plan) -> bool:
    return any(isinstance(load, Open) and load.arrival_rate is None for load in plan.loads)
