"""
What the steps of an order do; each step is idempotent by (order, step, round).

The workflows decide the order of the steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from repairshop.activities.compensations import compensations
from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.activities.front_desk import FrontDesk
from repairshop.activities.workshop import Workshop
from repairshop.ledger import Ledger


def build_activities(ledger: Ledger) -> list[Callable[..., Any]]:
    """
    Return all activities, bound to the ledger that records their effects.
    """
    recorder = EffectRecorder(ledger)
    front_desk = FrontDesk(recorder)
    workshop = Workshop(recorder, ledger)
    return [
        front_desk.register,
        front_desk.classify,
        front_desk.quote,
        front_desk.set_deadline,
        front_desk.charge,
        front_desk.replace,
        front_desk.reimburse,
        front_desk.settle,
        front_desk.return_device,
        workshop.assign_technician,
        workshop.reserve_parts,
        workshop.repair,
        workshop.escalate,
        workshop.assign_inspector,
        workshop.inspect_item,
        *compensations(recorder),
    ]
