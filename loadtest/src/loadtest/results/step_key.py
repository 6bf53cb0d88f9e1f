"""
Which step of a run a step is: its cell of the plan, repetition and attempt.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

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
