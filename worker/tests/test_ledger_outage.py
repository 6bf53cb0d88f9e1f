"""
A ledger that is taken away while orders are under way, and comes back.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest
from processes import StartWorker, wait_until
from shop import start_order, until
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from repairshop.contract import Outcome, RepairOrder, RepairResult, WorkProfile
from repairshop.ledger import Ledger, open_ledger
from repairshop.order_steps import UNDOES

pytestmark = pytest.mark.server

FAILED = re.compile(r'^repairshop_activities_total\{outcome="failed",step="(\w+)"\} (\S+)', re.M)


async def test_orders_stay_open_while_the_ledger_is_away_and_none_is_lost(
    client: Client, start_worker: StartWorker, task_queue: str, tmp_path: Path
) -> None:
    """
    The failing activities are counted and named, in the page and in the log, with the ledger's own words; what was done is
    undone once it is back.
    """
    file = tmp_path / "ledger.db"
    worker = start_worker(ledger=f"sqlite://{file}", activity_slots=4).wait_ready()
    handles = [await _start(client, task_queue) for _ in range(4)]
    books = await open_ledger(f"sqlite://{file}")
    try:
        await until(lambda: _all_have_begun(books, len(handles)), "each order has an effect")
        _rename(file, "deliveries", "away")
        wait_until(lambda: UNDOES.keys() & _failed(worker.get("/metrics")[1]).keys(), "a compensation fails")
        states = [(await handle.describe()).status for handle in handles]
        log = worker.errors
        _rename(file, "away", "deliveries")
        outcomes = [(await asyncio.wait_for(handle.result(), 90)).outcome for handle in handles]
        effects = await books.effects()
    finally:
        await books.close()

    assert states == [WorkflowExecutionStatus.RUNNING] * len(handles)
    assert "no such table: deliveries" in log
    assert set(outcomes) <= {Outcome.FAILED, Outcome.SETTLED}
    assert Outcome.FAILED in outcomes
    undone = {effect.order_id for effect in effects if effect.undone}
    assert len(undone) == outcomes.count(Outcome.FAILED)
    assert len({(effect.order_id, effect.step, effect.round) for effect in effects}) == len(effects)
    assert worker.end() == 0


async def _start(client: Client, task_queue: str) -> WorkflowHandle[object, RepairResult]:
    return await start_order(client, task_queue, RepairOrder(uuid.uuid4().hex, work=WorkProfile(seconds=0.3)))


async def _all_have_begun(books: Ledger, orders: int) -> bool:
    return len({effect.order_id for effect in await books.effects()}) == orders


def _rename(file: Path, table: str, name: str) -> None:
    with sqlite3.connect(file, timeout=20) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


def _failed(page: str) -> Mapping[str, float]:
    """
    Return the failed attempts of each activity.
    """
    return {step: float(count) for step, count in FAILED.findall(page)}
