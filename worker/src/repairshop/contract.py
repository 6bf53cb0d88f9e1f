"""
What the outside may know of the repair shop: names, inputs and results.

It knows nothing of how an order is worked on; only this module and ``codec`` may be
imported from outside the package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

TASK_QUEUE = "repair-shop"
REPAIR_WORKFLOW = "RepairWorkflow"
NOOP_WORKFLOW = "NoopWorkflow"
# An order that takes the shortest path: register, classify, technician, deadline, inspector, settle.
ACTIVITIES_OF_A_LIGHT_ORDER = 6


class Spread(StrEnum):
    """
    How the seconds of an activity vary around their mean.
    """

    CONSTANT = "constant"
    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """
    What an order costs its workers, drawn from the order's own seed.

    Attributes:
        seconds: Mean time that each activity waits, as for a person or a remote system.
        spread: Distribution around the mean.
        spread_ratio: Half width of ``uniform``, as a share of the mean, 0..1.
        cpu_seconds: CPU time that each activity burns.
        failure_probability: Chance that an attempt of an activity fails and is retried, 0..1.
        rework_probability: Chance that an inspection sends the device back, 0..1.
        payload_bytes: Size of the blob that each activity gets and returns.
        deadline_seconds: Time until the order is escalated; 0 sets no timer.
    """

    seconds: float = 0.0
    spread: Spread = Spread.CONSTANT
    spread_ratio: float = 0.5
    cpu_seconds: float = 0.0
    failure_probability: float = 0.0
    rework_probability: float = 0.0
    payload_bytes: int = 0
    deadline_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class RepairOrder:
    """
    A client brings a device with a complaint.

    Attributes:
        order_id: Unique; the workflow id is made from it and holds no client data.
        client: Who brings the device.
        device: What is brought.
        complaint: What the client says is wrong.
        seed: From which all of the order's chances are drawn, so that a run can be repeated.
        work: What the order costs its workers.
    """

    order_id: str
    client: str = ""
    device: str = ""
    complaint: str = ""
    seed: int = 0
    work: WorkProfile = field(default_factory=WorkProfile)


@dataclass(frozen=True, slots=True)
class RepairResult:
    """
    How an order ended.

    Attributes:
        order_id: The order.
        outcome: ``settled`` for a repaired and handed-over device.
        reworks: How often an inspection sent the device back.
    """

    order_id: str
    outcome: str
    reworks: int = 0


def workflow_id(order_id: str) -> str:
    """
    Return the id of the workflow that works on an order.
    """
    return f"repair-{order_id}"
