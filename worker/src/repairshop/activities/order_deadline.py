"""
How long an order may take, by kind and priority.
"""

from __future__ import annotations

from repairshop.contract import RepairKind

# Orders that the client pays come first; a device that goes back unrepaired can wait.
SHARE = {RepairKind.WARRANTY: 1.0, RepairKind.PAID: 0.75, RepairKind.BEYOND_REPAIR: 1.5}
URGENT_SHARE = 0.5


def deadline_seconds(base: float, kind: RepairKind, urgent: bool) -> float:
    """
    Return the seconds until an order is escalated; 0 for never.
    """
    return base * SHARE[kind] * (URGENT_SHARE if urgent else 1.0)
