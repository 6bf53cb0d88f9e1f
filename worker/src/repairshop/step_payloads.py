"""
What workflows, their activities and their children tell each other.

The outside sees ``contract`` alone.
"""

# No `from __future__ import annotations` here: the SDK resolves annotations at each conversion, and as text
# they cost 2.7 times as much (380 against 143 us a RepairOrder).
from dataclasses import dataclass

from repairshop.contract import Fault, RepairKind, RepairOrder, WorkProfile


@dataclass(frozen=True, slots=True)
class StepContext:
    """
    What every activity is told; one that needs more has an input of its own that adds it.

    The workflow gives what is the step's own, its saga the rest.

    Attributes:
        order_id: With the step and the round it is the key of the activity's effect.
        round: How often the device was sent back so far.
        seed: The order's seed.
        work: What it costs; ``None`` costs nothing.
        blob: Ballast of the size that the profile asks for.
        fault: A failure that is asked for.
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
    What the classification is told.

    Attributes:
        kind: What it will find.
    """

    kind: RepairKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteInput(StepContext):
    """
    What the quote is told.

    Attributes:
        price_cents: Price of the repair.
    """

    price_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTechnicianInput(StepContext):
    """
    What is told to who assigns the technician.

    Attributes:
        skill: What the technician must know; empty takes anybody, however busy.
    """

    skill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDeadlineInput(StepContext):
    """
    What the deadline follows from.

    Attributes:
        kind: What the classification found.
        urgent: Whether the client is in a hurry.
    """

    kind: RepairKind
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignInspectorInput(StepContext):
    """
    What is told to who assigns the inspector.

    Attributes:
        repaired_by: Technicians who had their hands on the device, none of whom may inspect it.
    """

    repaired_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectItemInput(StepContext):
    """
    What the inspection of one item is told.

    Attributes:
        item: What is inspected.
        items: How long the checklist is.
    """

    item: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeInput(StepContext):
    """
    What the charge is told.

    Attributes:
        amount_cents: What the client pays.
    """

    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDeviceInput(StepContext):
    """
    What the handing back of an unrepaired device is told.

    Attributes:
        reason: Why it was not repaired, for the client.
    """

    reason: str


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
