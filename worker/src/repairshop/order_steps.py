"""
The steps of an order by name, and which step undoes which.
"""

from __future__ import annotations

from enum import StrEnum


class OrderStep(StrEnum):
    """
    The steps of an order; each is an activity of that name.
    """

    # The steps of a light order.
    REGISTER = "register"
    CLASSIFY = "classify"
    ASSIGN_TECHNICIAN = "assign_technician"
    SET_DEADLINE = "set_deadline"
    ASSIGN_INSPECTOR = "assign_inspector"
    SETTLE = "settle"
    # The steps that a full order adds.
    QUOTE = "quote"
    RESERVE_PARTS = "reserve_parts"
    REPAIR = "repair"
    INSPECT_ITEM = "inspect_item"
    ESCALATE = "escalate"
    REPLACE = "replace"
    REIMBURSE = "reimburse"
    CHARGE = "charge"
    RETURN_DEVICE = "return_device"
    # The compensations.
    WITHDRAW_REGISTRATION = "withdraw_registration"
    RELEASE_TECHNICIAN = "release_technician"
    RELEASE_PARTS = "release_parts"
    RELEASE_INSPECTOR = "release_inspector"
    REVOKE_DISCOUNT = "revoke_discount"
    RESTOCK = "restock"
    RECLAIM = "reclaim"
    REFUND = "refund"


# Compensation of each step; a step that is not here leaves nothing that must be undone.
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
# After one of these steps the order is closed.
CLOSING = (OrderStep.SETTLE, OrderStep.RETURN_DEVICE)
