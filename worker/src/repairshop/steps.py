"""
What passes between a workflow and its activities: the steps' names, inputs and outputs.

It is the shop's own affair: the outside sees ``contract`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from repairshop.contract import Fault, WorkProfile


class Step(StrEnum):
    """
    The activities by name; the first six are those of a light order.
    """

    REGISTER = "register"
    CLASSIFY = "classify"
    ASSIGN_TECHNICIAN = "assign_technician"
    SET_DEADLINE = "set_deadline"
    ASSIGN_INSPECTOR = "assign_inspector"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True)
class StepInput:
    """
    What an activity is told.

    Attributes:
        order_id: With the step and the round it is the key of the activity's effect.
        round: How often the device was sent back so far.
        seed: The order's seed.
        given: What this step alone needs, such as a kind, a skill or an amount.
        work: What it costs; ``None`` costs nothing.
        blob: Ballast of the size that the profile asks for.
        fault: A failure that is asked for.
    """

    order_id: str
    round: int = 0
    seed: int = 0
    given: str = ""
    work: WorkProfile | None = None
    blob: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class StepOutput:
    """
    What an activity answers.

    Attributes:
        value: What the step found or decided.
        blob: Ballast, as long as the one given.
    """

    value: str = ""
    blob: str = ""
