"""
The ledger's database in one file, for workers on one machine.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from repairshop.ledger.ledger_port import LedgerUnavailableError
from repairshop.ledger.sql import Run, first_line

_T = TypeVar("_T")

# How long a writer waits for the others; SQLite lets one write at a time.
BUSY_SECONDS = 20.0


class SqliteDatabase:
    """
    A SQLite file; statements run in a thread, one transaction of this process at a time.
    """

    errors: tuple[type[Exception], ...] = (sqlite3.Error,)

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.name = f"sqlite://{path}"
        self._connection = connection
        # One thread, so that a statement begun before a cancellation ends before the statements after it.
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, *, alone: bool = False) -> AsyncIterator[Run]:  # noqa: ARG002 - the port's
        """
        See ``Database.transaction``; a writer is always alone.
        """
        async with self._lock:
            try:
                await self._run("BEGIN IMMEDIATE", {})
                yield self._run
                await self._run("COMMIT", {})
            finally:
                await self._in_thread(self._end)

    def _end(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    async def _run(self, statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        return await self._in_thread(lambda: self._connection.execute(statement, values).fetchall())

    async def _in_thread(self, function: Callable[[], _T]) -> _T:
        # Shielded: a cancelled activity ends at once, but its statement still runs to its end.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, function))

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown()


def open_database(path: Path) -> SqliteDatabase:
    """
    Open a file, or make it.

    Raises:
        LedgerUnavailableError: The file cannot be opened, or is no SQLite file.
    """
    connection = None
    try:
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # A reader does not wait for a writer, and a commit survives the death of this process.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error as error:
        if connection is not None:
            connection.close()
        raise LedgerUnavailableError(
            f"sqlite://{path}: cannot be opened: {first_line(error)}; name a SQLite file, or a new one, "
            "in a folder that is there and can be written"
        ) from None
    return SqliteDatabase(path, connection)
