"""
A worker that is killed in the middle of an order: another goes on, and nothing happens twice.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from functools import partial

import pytest
from processes import StartWorker, wait_until
from shop import REWORK, approve, full_order, start_order, until, with_verdicts
from temporalio.client import Client, WorkflowHandle

from repairshop.contract import (
    Fault,
    Limits,
    Outcome,
    RepairOrder,
    RepairResult,
)
from repairshop.ledger import Delivery, Ledger, open_ledger

pytestmark = pytest.mark.server

STEPS = {
    "register": 0,
    "classify": 0,
    "quote": 0,
    "assign_technician": 0,
    "set_deadline": 0,
    "reserve_parts": 0,
    "repair": 0,
    "assign_inspector": 0,
    "inspect_item": 0,
    "repair, second": 1,
    "charge": 0,
    "settle": 0,
}


@dataclass(frozen=True)
class Victim:
    """
    An order of which one step hangs after its effect, for its worker to be killed there.
    """

    order: RepairOrder
    step: str
    round: int
    handle: WorkflowHandle[object, RepairResult]


async def test_sigkill_at_each_step_doubles_nothing(
    client: Client, start_worker: StartWorker, task_queue: str, ledger_url: str
) -> None:
    """
    For each step in turn: two deliveries, one effect, and another worker ends the order.

    One order for each step, all at once: each hangs after the effect of its step; when all do,
    the worker is killed, and a second one takes them all to their ends.
    """
    first = start_worker(ledger=ledger_url).wait_ready()
    victims = [
        await _begin(client, task_queue, name.partition(",")[0], round_) for name, round_ in STEPS.items()
    ]
    ledger = await open_ledger(ledger_url)

    try:
        for victim in victims:
            if victim.step not in ("register", "classify", "quote"):
                await approve(victim.handle, victim.order.price_cents)
        await _all_hang(ledger, victims)
        os.killpg(first.process.pid, signal.SIGKILL)
        wait_until(lambda: first.process.poll() is not None, "the worker is dead")
        start_worker(ledger=ledger_url).wait_ready()
        for victim in victims:
            if victim.step in ("register", "classify", "quote"):
                await approve(victim.handle, victim.order.price_cents)
        results = [await asyncio.wait_for(victim.handle.result(), 90) for victim in victims]

        assert [result.outcome for result in results] == [Outcome.SETTLED] * len(victims)
        for victim in victims:
            key = (_ledger_step(victim.step), victim.round)
            deliveries = await _of(ledger, victim)
            effects = [e for e in await ledger.effects(victim.order.order_id) if (e.step, e.round) == key]
            assert ([d.attempt for d in deliveries], len(effects)) == ([1, 2], 1), victim.step
            assert len({delivery.worker for delivery in deliveries}) == 2, victim.step
    finally:
        await ledger.close()


async def _begin(client: Client, task_queue: str, step: str, round_: int) -> Victim:
    hang = Fault(step, round=round_, attempts=1, after_effect=True, hang_seconds=600, fails=False)
    order = full_order(
        work=REWORK, checklist=("screen",), faults=(hang,), limits=Limits(start_to_close_seconds=45)
    )
    order = with_verdicts(order, False, True)
    return Victim(order, step, round_, await start_order(client, task_queue, order))


def _ledger_step(step: str) -> str:
    return "inspect_item/screen" if step == "inspect_item" else step


async def _of(ledger: Ledger, victim: Victim) -> list[Delivery]:
    key = (_ledger_step(victim.step), victim.round)
    return [d for d in await ledger.deliveries(victim.order.order_id) if (d.step, d.round) == key]


async def _all_hang(ledger: Ledger, victims: list[Victim]) -> None:
    for victim in victims:
        await until(partial(_of, ledger, victim), f"{victim.step} hangs after its effect")
