"""
The ledger's database in PostgreSQL, for workers on many machines.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from repairshop.ledger.sql import Run

CONNECTIONS = 8
WAIT_SECONDS = 10.0
# Any number that no other program of this database takes.
LOCK = 0x7265706169


class PostgresDatabase:
    """
    A pool of connections; one that broke is replaced, and its transaction fails once.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            open=False,
            timeout=WAIT_SECONDS,
            kwargs={"connect_timeout": 5},
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """
        Connect.

        Raises:
            ValueError: The server cannot be reached or refuses us.
        """
        try:
            connection = await psycopg.AsyncConnection.connect(self._url, connect_timeout=5)
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(
                f"ledger postgresql://: cannot connect: {reason}; write "
                "postgresql://user:password@host:5432/name of a server that runs"
            ) from None
        await connection.close()
        await self._pool.open()

    @asynccontextmanager
    async def transaction(self, *, alone: bool = False) -> AsyncIterator[Run]:
        """
        See ``Database.transaction``.
        """
        async with self._pool.connection() as connection, connection.transaction():

            async def run(statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
                cursor = await connection.execute(_named(statement), values)
                return await cursor.fetchall() if cursor.description else ()

            if alone:
                await run("SELECT pg_advisory_xact_lock(:lock)", {"lock": LOCK})
            yield run

    async def close(self) -> None:
        """
        Close the connections.
        """
        await self._pool.close()


def _named(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)
