"""
The ledger's database in PostgreSQL, for workers on many machines.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from repairshop.ledger.ledger_port import LedgerAddressError, LedgerUnavailableError
from repairshop.ledger.sql import Run

CONNECTIONS = 8
WAIT_SECONDS = 10.0
CONNECT_SECONDS = 5
_SIGN = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})"
ADDRESS = re.compile(
    rf"postgres(?:ql)?://(?:(?P<user>{_SIGN}*)(?::(?P<password>{_SIGN}*))?@)?"
    r"(?P<host>(?:[A-Za-z0-9\-._]|\[[0-9A-Fa-f:.%]+\]|%2F|,|:\d)*(?::\d+)?)"
    # The driver would quote a password that is among the parameters; with an @ among them, the part before may be a
    # password of digits with a "?" after them, and no port.
    rf"(?:/(?P<name>{_SIGN}*))?(?:\?(?!(?:.*&)?password=)(?P<parameters>[^\s#@]*))?"
)
# Any number that no other program of this database takes.
LOCK = 0x7265706169


class PostgresDatabase:
    """
    A pool of connections; a broken connection is replaced, and its transaction fails once.
    """

    errors: tuple[type[Exception], ...] = (psycopg.Error, PoolTimeout)

    def __init__(self, name: str, pool: AsyncConnectionPool) -> None:
        self.name = name
        self._pool = pool

    @asynccontextmanager
    async def transaction(self, *, alone: bool = False) -> AsyncIterator[Run]:
        async with self._pool.connection() as connection, connection.transaction():

            async def run(statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
                cursor = await connection.execute(_named(statement), values)
                return await cursor.fetchall() if cursor.description else ()

            if alone:
                await run("SELECT pg_advisory_xact_lock(:lock)", {"lock": LOCK})
            yield run

    async def close(self) -> None:
        await self._pool.close()


async def open_database(url: str) -> PostgresDatabase:
    """
    Connect to the database that a URL names.

    Raises:
        LedgerAddressError: The text is no URL, most often because a character in its password is not percent-encoded.
        LedgerUnavailableError: The server cannot be reached, or refuses the connection.
    """
    # The driver's own words would quote parts of a password that it reads as a host or a port.
    parts = ADDRESS.fullmatch(url)
    if parts is None:
        raise LedgerAddressError(
            "postgresql:...: cannot be read; write postgresql://user:password@host:5432/name, where a sign in user or "
            "password other than letters, digits and - . _ ~ is percent-encoded (% is %25, @ is %40, / is %2F), "
            "or leave the password out and give it as PGPASSWORD"
        )
    name = f"postgresql://{parts['host'] or 'localhost'}/{parts['name'] or ''}"
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        # The cause and the driver's advice are on lines of their own; of several addresses the last one's is said first.
        said = str(error).partition("\nMultiple connection attempts")[0]
        reason = _without_password(" ".join(said.split()), parts)
        raise LedgerUnavailableError(
            f"{name}: cannot connect: {reason}; name a PostgreSQL server that runs and takes this user"
        ) from None
    await connection.close()
    pool = AsyncConnectionPool(
        url,
        min_size=1,
        max_size=CONNECTIONS,
        open=False,
        timeout=WAIT_SECONDS,
        kwargs={"connect_timeout": CONNECT_SECONDS},
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open()
    return PostgresDatabase(name, pool)


def _without_password(text: str, parts: re.Match[str]) -> str:
    for secret in {parts["password"], unquote(parts["password"] or "")}:
        if secret:
            text = text.replace(secret, "***")
    return text


def _named(statement: str) -> str:
    return re.sub(r":(\w+)", r"%(\1)s", statement)
