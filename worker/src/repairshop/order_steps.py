"""
What passes between a workflow and its activities: the steps' names, inputs and outputs.

It is the shop's own affair: the outside sees ``contract`` alone.
"""

# No `from __future__ import annotations` here: the SDK resolves annotations at each conversion, and as text
# they cost 2.7 times as much (380 against 143 us a RepairOrder).
from dataclasses import dataclass
from enum import StrEnum

from repairshop.contract import Fault, RepairOrder, WorkProfile


class OrderStep(StrEnum):
    """
    The activities by name.
    """

    # The path of a light order.
    REGISTER = "register"
    CLASSIFY = "classify"
    ASSIGN_TECHNICIAN = "assign_technician"
    SET_DEADLINE = "set_deadline"
    ASSIGN_INSPECTOR = "assign_inspector"
    SETTLE = "settle"
    # What a full order adds.
    QUOTE = "quote"
    RESERVE_PARTS = "reserve_parts"
    REPAIR = "repair"
    INSPECT_ITEM = "inspect_item"
    ESCALATE = "escalate"
    REPLACE = "replace"
    REIMBURSE = "reimburse"
    CHARGE = "charge"
    RETURN_DEVICE = "return_device"
    # What undoes.
    WITHDRAW_REGISTRATION = "withdraw_registration"
    RELEASE_TECHNICIAN = "release_technician"
    RELEASE_PARTS = "release_parts"
    RELEASE_INSPECTOR = "release_inspector"
    REVOKE_DISCOUNT = "revoke_discount"
    RESTOCK = "restock"
    RECLAIM = "reclaim"
    REFUND = "refund"


# What undoes what; a step that is not here leaves nothing behind that would have to be undone.
UNDONE_BY: dict[str, OrderStep] = {
    OrderStep.REGISTER: OrderStep.WITHDRAW_REGISTRATION,
    OrderStep.ASSIGN_TECHNICIAN: OrderStep.RELEASE_TECHNICIAN,
    OrderStep.RESERVE_PARTS: OrderStep.RELEASE_PARTS,
    OrderStep.ASSIGN_INSPECTOR: OrderStep.RELEASE_INSPECTOR,
    OrderStep.ESCALATE: OrderStep.REVOKE_DISCOUNT,
    OrderStep.REPLACE: OrderStep.RESTOCK,
    OrderStep.REIMBURSE: OrderStep.RECLAIM,
    OrderStep.CHARGE: OrderStep.REFUND,
}
UNDOES: dict[str, OrderStep] = {undo: OrderStep(step) for step, undo in UNDONE_BY.items()}
# After one of these the order is off the shop's books.
CLOSING = (OrderStep.SETTLE, OrderStep.RETURN_DEVICE)


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
        passed: Whether what was inspected is in order.
        blob: Ballast, as long as the one given.
    """

    value: str = ""
    passed: bool = True
    blob: str = ""


@dataclass(frozen=True, slots=True)
class InspectionInput:
    """
    What the inspection of one round is told.

    Attributes:
        order: The order, with its checklist.
        round: How often the device was sent back so far.
        repaired_by: Technicians who had their hands on the device, none of whom may inspect it.
    """

    order: RepairOrder
    round: int
    repaired_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectionOutput:
    """
    What the inspection of one round found.

    Attributes:
        inspector: Who inspected.
        failed: Items of the checklist that are not in order.
    """

    inspector: str
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WarrantyInput:
    """
    What the warranty of a settled order is told.

    Attributes:
        order: The order whose repair is under warranty.
        ends_at: Unix time of its end.
        claims: Claims taken by earlier runs of the same warranty.
    """

    order: RepairOrder
    ends_at: float
    claims: int = 0


@dataclass(frozen=True, slots=True)
class WarrantyOutput:
    """
    How a warranty ended.

    Attributes:
        order_id: The order.
        claims: How many claims opened an order.
    """

    order_id: str
    claims: int
