"""
Where the effects of an order are recorded.

It decides that an effect happens once however often it is delivered, and knows nothing of
workflows.
"""

from __future__ import annotations

from pathlib import Path

from repairshop.ledger.ledger_port import Delivery, Effect, Ledger, WithdrawnError
from repairshop.ledger.no_ledger import NoLedger

__all__ = ["Delivery", "Effect", "Ledger", "WithdrawnError", "open_ledger"]


async def open_ledger(url: str) -> Ledger:
    """
    Open the ledger that a URL names.

    Args:
        url: ``none``, ``sqlite:///path`` or ``postgresql://user@host/name``.

    Raises:
        ValueError: The URL names no ledger of ours, or one that cannot be opened.
    """
    scheme, _, rest = url.partition(":")
    if url == "none":
        return NoLedger()
    if scheme == "sqlite" and rest.strip("/"):
        return await _sqlite(Path(rest.removeprefix("//")))
    if scheme in ("postgresql", "postgres"):
        return await _postgres(url)
    raise ValueError(
        f"ledger {url!r}: no such ledger; write none, sqlite:///path/of/a/file or postgresql://user@host/name"
    )


async def _sqlite(path: Path) -> Ledger:
    from repairshop.ledger.sql import SqlLedger
    from repairshop.ledger.sqlite import SqliteDatabase

    ledger = SqlLedger(SqliteDatabase(path))
    await ledger.make_tables()
    return ledger


async def _postgres(url: str) -> Ledger:
    # Imported here, since most workers have no database and need not pay for its driver.
    from repairshop.ledger.postgres import PostgresDatabase
    from repairshop.ledger.sql import SqlLedger

    database = PostgresDatabase(url)
    await database.open()
    ledger = SqlLedger(database)
    await ledger.make_tables()
    return ledger
