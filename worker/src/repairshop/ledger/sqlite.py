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

from repairshop.ledger.sql import Run

_T = TypeVar("_T")

# How long a writer waits for the others; SQLite lets one write at a time.
BUSY_SECONDS = 20.0


class SqliteDatabase:
    """
    A SQLite file; statements run in a thread, one transaction of this process at a time.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise ValueError(
                f"ledger sqlite://{path}: cannot be opened: {error}; name a file in a folder that is there"
            ) from None
        # A reader does not wait for a writer, and a commit survives the death of this process.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        # One thread, so that what was begun before a cancellation ends before what comes after it.
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
        # Shielded: a cancelled activity leaves at once, its statement still ends in its turn.
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, function))

    async def close(self) -> None:
        """
        Close the file.
        """
        await self._in_thread(self._connection.close)
        self._thread.shutdown()
