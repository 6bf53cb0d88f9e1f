"""
What the steps of an order do: idempotent by (order, step, round).

It knows nothing of the order in which steps happen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from repairshop.activities.flow import FlowActivities
from repairshop.ledger import Ledger


def build_activities(ledger: Ledger) -> list[Callable[..., Any]]:
    """
    Return all activities, bound to the ledger that records their effects.
    """
    flow = FlowActivities(ledger)
    return [
        flow.register,
        flow.classify,
        flow.assign_technician,
        flow.set_deadline,
        flow.assign_inspector,
        flow.settle,
    ]
