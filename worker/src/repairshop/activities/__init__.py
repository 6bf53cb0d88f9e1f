"""
What the steps of an order do: idempotent by (order, step, round).

It knows nothing of the order in which steps happen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from repairshop.activities.books import Books
from repairshop.activities.counter import Counter
from repairshop.activities.undoing import compensations
from repairshop.activities.workshop import Workshop
from repairshop.ledger import Ledger


def build_activities(ledger: Ledger) -> list[Callable[..., Any]]:
    """
    Return all activities, bound to the ledger that records their effects.
    """
    books = Books(ledger)
    counter = Counter(books)
    workshop = Workshop(books, ledger)
    return [
        counter.register,
        counter.classify,
        counter.quote,
        counter.set_deadline,
        counter.charge,
        counter.replace,
        counter.reimburse,
        counter.settle,
        counter.return_device,
        workshop.assign_technician,
        workshop.reserve_parts,
        workshop.repair,
        workshop.escalate,
        workshop.assign_inspector,
        workshop.inspect_item,
        *compensations(books),
    ]
