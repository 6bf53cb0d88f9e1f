"""
The ledger in SQL that both SQLite and PostgreSQL understand.

How a transaction begins is decided in each database's own module.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from repairshop.ledger.ledger_port import Delivery, Effect, LedgerUnavailableError, WithdrawnError
from repairshop.order_steps import CLOSING, UNDONE_BY

# Runs one statement with named parameters (:name) and returns its rows.
Run = Callable[[str, Mapping[str, Any]], Awaitable[Sequence[Sequence[Any]]]]

# Deliveries first, as in each transaction: who opens a ledger that others write to would else wait for them, and they for it.
TABLES = (
    """
    CREATE TABLE IF NOT EXISTS deliveries (
        order_id TEXT NOT NULL,
        step TEXT NOT NULL,
        round INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        worker TEXT NOT NULL,
        detail TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS deliveries_by_order ON deliveries (order_id)",
    """
    CREATE TABLE IF NOT EXISTS effects (
        order_id TEXT NOT NULL,
        step TEXT NOT NULL,
        round INTEGER NOT NULL,
        value TEXT NOT NULL,
        was_done INTEGER NOT NULL DEFAULT 1,
        undone INTEGER NOT NULL DEFAULT 0,
        at DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (order_id, step, round)
    )
    """,
    "CREATE INDEX IF NOT EXISTS effects_by_value ON effects (step, value)",
)
_DELIVER = """
    INSERT INTO deliveries (order_id, step, round, attempt, worker, detail, at)
    VALUES (:order_id, :step, :round, :attempt, :worker, :detail, :at)
"""
_EFFECT = """
    INSERT INTO effects (order_id, step, round, value, at) VALUES (:order_id, :step, :round, :value, :at)
    ON CONFLICT (order_id, step, round) DO NOTHING
"""
_STANDING = """
    SELECT value, undone FROM effects WHERE order_id = :order_id AND step = :step AND round = :round
"""
# was_done = 0 marks a key that was undone before its step was ever done: a later delivery finds the key taken.
_UNDO = """
    INSERT INTO effects (order_id, step, round, value, was_done, undone, at)
    VALUES (:order_id, :step, :round, '', 0, 1, :at)
    ON CONFLICT (order_id, step, round) DO UPDATE SET undone = 1
    RETURNING was_done
"""
_BUSY = f"""
    SELECT value, count(*) FROM effects AS held
    WHERE step = :step AND undone = 0 AND NOT EXISTS (
        SELECT 1 FROM effects AS closing WHERE closing.order_id = held.order_id AND closing.undone = 0
        AND closing.step IN ({", ".join(f"'{step}'" for step in CLOSING)})
    )
    GROUP BY value
"""


class Database(Protocol):
    """
    One database: transactions and nothing else.

    Attributes:
        name: Name of the database for people, without its password.
        errors: Errors that the database's driver raises.
    """

    name: str
    errors: tuple[type[Exception], ...]

    def transaction(self, *, alone: bool = False) -> AbstractAsyncContextManager[Run]:
        """
        Run statements that are all carried out or not at all.

        Args:
            alone: Whether to let no other such transaction run at the same time.
        """
        ...

    async def close(self) -> None:
        """
        Close connections and files.
        """
        ...


class SqlLedger:
    """
    A ledger in the two tables ``effects`` and ``deliveries``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def opened(cls, database: Database) -> SqlLedger:
        """
        Return the ledger in a database; its tables are made if they are missing.

        Raises:
            LedgerUnavailableError: The tables cannot be made; the database is closed then.
        """
        try:
            async with database.transaction(alone=True) as run:
                for statement in TABLES:
                    await run(statement, {})
        except database.errors as error:
            await database.close()
            raise LedgerUnavailableError(
                f"{database.name}: its tables cannot be made: {first_line(error)}; let this user create tables there"
            ) from None
        return cls(database)

    async def deliver(self, delivery: Delivery) -> None:
        async with self._database.transaction() as run:
            await run(_DELIVER, _row(delivery))

    async def record(self, delivery: Delivery, value: str) -> str:
        async with self._database.transaction() as run:
            await run(_DELIVER, _row(delivery))
            await run(_EFFECT, _row(delivery, value=value))
            standing = await _standing(run, delivery)
        return _value(delivery, standing)

    async def assign(self, delivery: Delivery, capacities: Mapping[str, int]) -> str | None:
        async with self._database.transaction(alone=True) as run:
            await run(_DELIVER, _row(delivery))
            standing = await _standing(run, delivery)
            if not standing:
                held: dict[str, int] = {name: count for name, count in await run(_BUSY, _row(delivery))}
                free = [name for name, capacity in capacities.items() if held.get(name, 0) < capacity]
                if not free:
                    return None
                chosen = min(free, key=lambda name: held.get(name, 0))
                await run(_EFFECT, _row(delivery, value=chosen))
                return chosen
        return _value(delivery, standing)

    async def undo(self, delivery: Delivery, step: str) -> bool:
        async with self._database.transaction() as run:
            await run(_DELIVER, _row(delivery))
            rows = await run(_UNDO, _row(delivery, step=step))
            was_done = bool(rows[0][0])
            if was_done:
                await run(_EFFECT, _row(delivery, value=step))
        return was_done

    async def effects(self, order_id: str | None = None) -> Sequence[Effect]:
        where = "was_done = 1" if order_id is None else "was_done = 1 AND order_id = :order_id"
        rows = await self._read(
            f"SELECT order_id, step, round, value, undone, at FROM effects WHERE {where} ORDER BY at",
            order_id,
        )
        return [Effect(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]

    async def deliveries(self, order_id: str | None = None) -> Sequence[Delivery]:
        where = "" if order_id is None else "WHERE order_id = :order_id"
        rows = await self._read(
            f"SELECT order_id, step, round, attempt, worker, detail, at FROM deliveries {where} ORDER BY at",
            order_id,
        )
        return [Delivery(*row) for row in rows]

    async def _read(self, statement: str, order_id: str | None) -> Sequence[Sequence[Any]]:
        try:
            async with self._database.transaction() as run:
                return await run(statement, {"order_id": order_id})
        except self._database.errors as error:
            raise LedgerUnavailableError(
                f"{self._database.name}: cannot be read: {first_line(error)}; name the ledger of these workers"
            ) from error

    async def close(self) -> None:
        await self._database.close()


def first_line(error: Exception) -> str:
    """
    Return the first line of a driver's error; the lines after it are hints and positions.
    """
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _row(delivery: Delivery, **more: str) -> dict[str, Any]:
    return {
        "order_id": delivery.order_id,
        "step": delivery.step,
        "round": delivery.round,
        "attempt": delivery.attempt,
        "worker": delivery.worker,
        "detail": delivery.detail,
        "at": time.time(),
        **more,
    }


async def _standing(run: Run, delivery: Delivery) -> Sequence[Sequence[Any]]:
    return await run(_STANDING, _row(delivery))


def _value(delivery: Delivery, standing: Sequence[Sequence[Any]]) -> str:
    value, undone = standing[0]
    if undone:
        raise WithdrawnError(
            f"{delivery.step} of order {delivery.order_id}: undone by {UNDONE_BY.get(delivery.step, 'hand')} before "
            "this delivery came, so it has no effect"
        )
    return str(value)
