"""
The inputs and outputs of the shop's activities and child workflows.

Other packages see ``contract`` alone.
"""

# No `from __future__ import annotations` here: the SDK resolves annotations at each conversion, and as text
# they cost 2.7 times as much (380 against 143 us a RepairOrder).
from dataclasses import dataclass

from repairshop.contract import Fault, RepairKind, RepairOrder, WorkProfile


@dataclass(frozen=True, slots=True)
class StepContext:
    """
    The input of every activity; an activity that needs more has an input of its own that extends it.

    The workflow fills the step's own fields, its saga the others.

    Attributes:
        order_id: Id of the order; with the step and the round it is the key of the activity's effect.
        round: How often the device was sent back so far.
        seed: Seed of the order.
        work: Work profile of the step; ``None`` costs nothing.
        blob: Filler of the size that the profile asks for.
        fault: Failure that the order asks for.
    """

    order_id: str = ""
    round: int = 0
    seed: int = 0
    work: WorkProfile | None = None
    blob: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyInput(StepContext):
    """
    The input of the classification.

    Attributes:
        kind: Kind of repair that it will find.
    """

    kind: RepairKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteInput(StepContext):
    """
    The input of the quote.

    Attributes:
        price_cents: Price of the repair.
    """

    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTechnicianInput(StepContext):
    """
    The input of the assignment of the technician.

    Attributes:
        skill: Skill that the technician must have; empty takes any technician, however busy.
    """

    skill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeadlineInput(StepContext):
    """
    The input of the deadline.

    Attributes:
        kind: Kind of repair that the classification found.
        urgent: Whether the client is in a hurry.
    """

    kind: RepairKind
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignInspectorInput(StepContext):
    """
    The input of the assignment of the inspector.

    Attributes:
        repaired_by: Technicians who worked on the device, none of whom may inspect it.
    """

    repaired_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectItemInput(StepContext):
    """
    The input of the inspection of one item.

    Attributes:
        item: Item that is inspected.
        items: Number of items in the checklist.
    """

    item: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeInput(StepContext):
    """
    The input of the charge.

    Attributes:
        amount_cents: Amount that the client pays.
    """

    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDeviceInput(StepContext):
    """
    The input of the return of an unrepaired device.

    Attributes:
        reason: Why the device was not repaired, in words for the client.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class StepOutput:
    """
    The output of every activity.

    Attributes:
        value: Value that the step found or decided.
        passed: Whether the inspected item is in order.
        blob: Filler, as long as the one in the input.
    """

    value: str = ""
    passed: bool = True
    blob: str = ""


@dataclass(frozen=True, slots=True)
class InspectionInput:
    """
    The input of the inspection of one round.

    Attributes:
        order: The order, with its checklist.
        round: How often the device was sent back so far.
        repaired_by: Technicians who worked on the device, none of whom may inspect it.
    """

    order: RepairOrder
    round: int
    repaired_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InspectionOutput:
    """
    The result of the inspection of one round.

    Attributes:
        inspector: Name of the inspector.
        failed: Items of the checklist that are not in order.
    """

    inspector: str
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WarrantyInput:
    """
    The input of the warranty of a settled order.

    Attributes:
        order: The order whose repair is under warranty.
        ends_at: Unix time of the warranty's end.
        claims: Number of claims taken by earlier runs of the same warranty.
    """

    order: RepairOrder
    ends_at: float
    claims: int = 0


@dataclass(frozen=True, slots=True)
class WarrantyOutput:
    """
    How a warranty ended.

    Attributes:
        order_id: Id of the order.
        claims: Number of claims that opened an order.
    """

    order_id: str
    claims: int
