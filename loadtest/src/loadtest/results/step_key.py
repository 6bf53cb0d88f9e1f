"""
Which step of a run a step is: its cell of the plan, repetition and attempt; and every step that a plan asks for, in the
order of its run.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from loadtest.plan import Open, Plan, Saturate
from loadtest.results.plan_setting import Setting, setting_text

_LONGEST_FACTORS = 120
_FromOne = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class StepKey:
    """
    The cell of the plan, repetition and attempt of a step.

    Attributes:
        replicas: Worker replicas.
        load: Index of the load in the plan.
        kind: Kind of the load, for names and texts.
        repetition: Number of the repetition, from 1.
        factors: Values of the plan's factors by their keys, in the plan's order.
        attempt: Number of the attempt, from 1; above 1 where an earlier attempt was not valid.
        doubled: Whether it is the second step of a closed load, with twice the orders in flight.
    """

    replicas: _FromOne
    load: Annotated[int, Field(ge=0)]
    kind: str
    repetition: _FromOne
    factors: Setting = ()
    attempt: _FromOne = 1
    doubled: bool = False

    @property
    def setting(self) -> str:
        """
        The factors' values in words; empty where the plan varies none.
        """
        return setting_text(self.factors)

    @property
    def load_name(self) -> str:
        """
        The load's kind, with the number of orders that a second step of a closed load keeps open.
        """
        return f"{self.kind} (2x in flight)" if self.doubled else self.kind

    @property
    def first_attempt(self) -> StepKey:
        """
        The same step's first attempt.
        """
        return self if self.attempt == 1 else replace(self, attempt=1)

    @property
    def folder(self) -> str:
        """
        Name of the step's folder: ``<replicas>-<load>-<repetition>``, with factors, second step and later attempt.
        """
        suffix = "" if self.load == 0 else f"{self.load}"
        factors = "".join(f"-{name}-{value}" for name, value in self.factors)
        twice = "-doubled" if self.doubled else ""
        again = f"-again{self.attempt - 1}" if self.attempt > 1 else ""
        kept = re.sub(r"[^\w.-]", "_", factors)
        if len(kept) > _LONGEST_FACTORS:
            # A command line among the factors may be longer than a folder's name can be.
            kept = f"{kept[:_LONGEST_FACTORS]}-{hashlib.sha256(factors.encode()).hexdigest()[:8]}"
        return f"{self.replicas}-{self.kind}{suffix}-{self.repetition}{kept}{twice}{again}"


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
