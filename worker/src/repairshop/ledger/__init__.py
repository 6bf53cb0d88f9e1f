"""
Where the effects of an order are recorded: each once, however often it is delivered.
"""

from __future__ import annotations

from pathlib import Path

from repairshop.ledger.ledger_port import (
    Delivery,
    Effect,
    Ledger,
    LedgerAddressError,
    LedgerUnavailableError,
    WithdrawnError,
)
from repairshop.ledger.no_ledger import NoLedger

__all__ = [
    "Delivery",
    "Effect",
    "Ledger",
    "LedgerAddressError",
    "LedgerUnavailableError",
    "WithdrawnError",
    "open_ledger",
]


async def open_ledger(url: str) -> Ledger:
    """
    Open the ledger that a URL names.

    Args:
        url: ``none``, ``sqlite:///path`` or ``postgresql://user@host/name``.

    Raises:
        LedgerAddressError: The URL names no ledger of the shop.
        LedgerUnavailableError: The ledger cannot be opened, or its tables cannot be made.
    """
    scheme, colon, rest = url.partition(":")
    if url == "none":
        return NoLedger()
    if scheme == "sqlite" and rest.strip("/"):
        return await _sqlite(Path(rest.removeprefix("//")))
    if scheme in ("postgresql", "postgres"):
        return await _postgres(url)
    # Whatever follows the kind may hold a password.
    kind = f"{scheme}:..." if colon else "the address"
    raise LedgerAddressError(
        f"{kind}: no such ledger; write none, sqlite:///path/of/a/file or postgresql://user@host/name"
    )


async def _sqlite(path: Path) -> Ledger:
    from repairshop.ledger.sql import SqlLedger
    from repairshop.ledger.sqlite import open_database

    return await SqlLedger.opened(open_database(path))


async def _postgres(url: str) -> Ledger:
    # Imported here, since most workers have no database and need not pay for its driver.
    from repairshop.ledger.postgres import open_database
    from repairshop.ledger.sql import SqlLedger

    return await SqlLedger.opened(await open_database(url))
