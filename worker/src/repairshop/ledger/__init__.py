"""
Where the effects of an order are recorded.

It decides that an effect happens once however often it is delivered, and knows nothing of
workflows.
"""

from __future__ import annotations

from repairshop.ledger.none import NoLedger
from repairshop.ledger.port import Ledger

__all__ = ["Ledger", "open_ledger"]


async def open_ledger(url: str) -> Ledger:
    """
    Open the ledger that a URL names.

    Args:
        url: ``none``, ``sqlite:///path`` or ``postgresql://...``.

    Raises:
        ValueError: The URL names no ledger of ours.
    """
    if url == "none":
        return NoLedger()
    raise ValueError(
        f"ledger {url!r}: no such ledger; write none, sqlite:///path/of/a/file or postgresql://user@host/name"
    )
