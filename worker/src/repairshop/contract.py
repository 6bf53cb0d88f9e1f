"""
What other packages may know of the repair shop: names, inputs and results.

Other packages may import only this module, ``draws`` and ``codec``.
"""

# No `from __future__ import annotations` here: the SDK resolves annotations at each conversion, and as text
# they cost 2.7 times as much (380 against 143 us a RepairOrder).
from dataclasses import dataclass, field
from enum import StrEnum

TASK_QUEUE = "repair-shop"
REPAIR_WORKFLOW = "RepairWorkflow"
INSPECTION_WORKFLOW = "InspectionWorkflow"
WARRANTY_WORKFLOW = "WarrantyWorkflow"
# Takes a RepairOrder too and closes at once, for the cost of a start alone.
NOOP_WORKFLOW = "NoopWorkflow"
# The activities of an order on the shortest path, in order.
LIGHT_ORDER_STEPS = (
    "register",
    "classify",
    "assign_technician",
    "set_deadline",
    "assign_inspector",
    "settle",
)
ACTIVITIES_OF_A_LIGHT_ORDER = len(LIGHT_ORDER_STEPS)

# Query, signals and updates of a running order.
STATUS_QUERY = "status"
APPROVE_QUOTE_UPDATE = "approve_quote"
DECLINE_QUOTE_UPDATE = "decline_quote"
CANCEL_SIGNAL = "cancel"
CLAIM_SIGNAL = "claim"

DAY_SECONDS = 86_400.0
# Bound on an order's id, also one made for a claim: the ids of its children are longer, and the server accepts at most
# 1,000 bytes.
LONGEST_ORDER_ID = 200


class Spread(StrEnum):
    """
    How the seconds of an activity vary around their mean.
    """

    CONSTANT = "constant"
    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"


class RepairKind(StrEnum):
    """
    What the classification finds; it decides the way of the order.
    """

    WARRANTY = "warranty"
    PAID = "paid"
    BEYOND_REPAIR = "beyond_repair"


class Outcome(StrEnum):
    """
    How an order ended.
    """

    SETTLED = "settled"
    RETURNED = "returned"
    REPLACED = "replaced"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """
    What an order costs its workers, drawn from the order's own seed.

    Attributes:
        seconds: Mean time that each activity waits, as for a person or a remote system.
        spread: Distribution around the mean.
        spread_ratio: Half width of ``uniform``, as a share of the mean, 0..1.
        cpu_seconds: CPU time that each activity uses, in seconds.
        failure_probability: Chance that an attempt of an activity fails and is retried, 0..1.
        rework_probability: Chance that an inspection sends the device back, 0..1.
        payload_bytes: Size of the blob that each activity gets and returns.
        deadline_seconds: Time until the order is escalated; 0 sets no timer.
        local_activities: Whether the worker runs the activities itself within the workflow task, past the queue.
    """

    seconds: float = 0.0
    spread: Spread = Spread.CONSTANT
    spread_ratio: float = 0.5
    cpu_seconds: float = 0.0
    failure_probability: float = 0.0
    rework_probability: float = 0.0
    payload_bytes: int = 0
    deadline_seconds: float = 0.0
    local_activities: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A failure that the order asks for, to see how the order handles it.

    Attributes:
        step: Name of the activity that fails.
        round: Round of repair in which it fails; other rounds do not.
        attempts: Number of attempts that fail; 0 for all.
        permanent: Whether it fails in a way that no retry can correct.
        after_effect: Whether it fails after the effect was recorded, as when the answer is lost.
        hang_seconds: Seconds to wait at that point before it fails.
        fails: Whether the attempt fails at all, or only hangs.
    """

    step: str
    round: int = 0
    attempts: int = 0
    permanent: bool = False
    after_effect: bool = False
    hang_seconds: float = 0.0
    fails: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The time limits of an order; each is a promise to the client or a bound on a fault.

    Attributes:
        quote_seconds: Time that the client has to approve the quote.
        start_to_close_seconds: Longest time of one attempt of an activity; 0 derives it from the work.
        heartbeat_seconds: Longest time between heartbeats of an activity that waits long.
        warranty_seconds: How long the repair is under warranty; 0 gives no warranty.
        claims_per_run: Claims that a warranty takes before its history starts again.
    """

    quote_seconds: float = 30 * DAY_SECONDS
    start_to_close_seconds: float = 0.0
    heartbeat_seconds: float = 10.0
    warranty_seconds: float = 0.0
    claims_per_run: int = 100


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """
    A client brings a device with a complaint.

    An order with all defaults is a light one. Each further field that is set makes more of the same workflow happen.

    Attributes:
        order_id: Unique id of the order; the workflow id is made from it and holds no client data.
        client: Name of the client who brings the device.
        device: Device that the client brings.
        complaint: What is wrong with the device, as the client says.
        seed: Seed from which all chances of the order are drawn, so that a run can be repeated.
        work: Work of the order.
        kind: Kind of repair that the classification will find.
        urgent: Whether the order is urgent, which halves the deadline.
        price_cents: Price of a paid repair, quoted and charged.
        repair_seconds: Mean time that the repair alone waits; 0 takes that of the other steps.
        skill: Skill that the technician must have; the default takes any technician, however busy.
        checklist: Items to inspect after the repair, in a workflow of its own; empty for a light order.
        max_reworks: How often a failed inspection sends the device back before the shop gives in.
        replaceable: Whether a device that cannot be repaired is replaced; else its price is refunded.
        limits: Time limits of the order; ``None`` takes the usual ones, which then are not sent.
        faults: Failures that the order asks for.
    """

    order_id: str
    client: str = ""
    device: str = ""
    complaint: str = ""
    seed: int = 0
    work: WorkProfile = field(default_factory=WorkProfile)
    kind: RepairKind = RepairKind.WARRANTY
    urgent: bool = False
    price_cents: int = 0
    repair_seconds: float = 0.0
    skill: str = ""
    checklist: tuple[str, ...] = ()
    max_reworks: int = 2
    replaceable: bool = True
    limits: Limits | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def spans(self) -> Limits:
        """
        The time limits of the order.
        """
        return self.limits or LIMITS


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A client's claim that a repaired device broke again under warranty.

    Attributes:
        claim_id: Id that is unique in the order; a claim that is sent twice opens one order.
        complaint: What is wrong with the device, as the client says.
    """

    claim_id: str
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class RepairResult:
    """
    How an order ended.

    Attributes:
        order_id: Id of the order.
        outcome: ``settled`` for a repaired and handed-over device, else another ``Outcome``.
        reworks: How often an inspection sent the device back.
        escalated: Whether the deadline passed.
        charged_cents: Amount that the client paid.
        undone: Compensations that were run, in the order in which they ran.
        reason: Why the order was not settled, in words for people.
    """

    order_id: str
    outcome: str
    reworks: int = 0
    escalated: bool = False
    charged_cents: int = 0
    undone: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """
    The present state of an order; the answer to the ``status`` query.

    Attributes:
        order_id: Id of the order.
        stage: What is being done or waited for, in words.
        kind: Kind of repair that the classification found; empty before.
        technician, inspector: Names of the people who work on it; empty before.
        quote_cents: Amount that the client is asked to approve; 0 before.
        reworks: How often an inspection sent the device back.
        escalated: Whether the deadline passed.
        cancelled: Whether the client cancelled the order.
        done: Steps that have an effect to undo, in the order in which they ran.
        undone: Compensations that were run, in the order in which they ran.
    """

    order_id: str
    stage: str
    kind: str = ""
    technician: str = ""
    inspector: str = ""
    quote_cents: int = 0
    reworks: int = 0
    escalated: bool = False
    cancelled: bool = False
    done: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


def workflow_id(order_id: str) -> str:
    """
    Return the id of the workflow that works on an order.
    """
    return f"repair-{order_id}"


def warranty_id(order_id: str) -> str:
    """
    Return the id of the workflow that runs the warranty of a settled order.
    """
    return f"warranty-{order_id}"


def claim_order_id(order_id: str, claim_id: str) -> str:
    """
    Return the id of the order that a claim opens under the warranty of another order.
    """
    return f"{order_id}-claim-{claim_id}"
