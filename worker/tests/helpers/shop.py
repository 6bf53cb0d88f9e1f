"""
A shop for tests: a real worker on a real server, with a ledger that remembers.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from processes import PATIENCE_SECONDS, pause_seconds
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from repairshop.activities import build_activities, simulated_work
from repairshop.contract import (
    REPAIR_WORKFLOW,
    STATUS_QUERY,
    Limits,
    OrderStatus,
    RepairKind,
    RepairOrder,
    RepairResult,
    WorkProfile,
    workflow_id,
)
from repairshop.draws import passes_inspection
from repairshop.ledger import Effect, Ledger, open_ledger
from repairshop.order_steps import UNDONE_BY
from repairshop.settings import Settings
from repairshop.temporal_worker import build_worker
from repairshop.workflows import WORKFLOWS

CHECKLIST = ("screen", "buttons")
REWORK = WorkProfile(rework_probability=0.5)


async def start_order(
    client: Client, task_queue: str, order: RepairOrder, **more: Any
) -> WorkflowHandle[Any, RepairResult]:
    """
    Start an order's workflow; ``more`` are further arguments of ``start_workflow``.
    """
    return await client.start_workflow(
        REPAIR_WORKFLOW,
        order,
        id=workflow_id(order.order_id),
        task_queue=task_queue,
        result_type=RepairResult,
        **more,
    )


@dataclass(frozen=True)
class Shop:
    """
    A worker that runs, and how to ask it for things.
    """

    client: Client
    task_queue: str
    ledger: Ledger

    async def start(self, order: RepairOrder, **more: Any) -> WorkflowHandle[Any, RepairResult]:
        """
        Start an order as the shop's own clients do.
        """
        once = {
            "id_reuse_policy": WorkflowIDReusePolicy.REJECT_DUPLICATE,
            "id_conflict_policy": WorkflowIDConflictPolicy.FAIL,
        }
        return await start_order(self.client, self.task_queue, order, **once, **more)

    async def take(self, order: RepairOrder) -> RepairResult:
        """
        Take an order through to its end.
        """
        handle = await self.start(order)
        return await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)

    async def done(self, order_id: str) -> list[str]:
        """
        Steps that have an effect in the ledger, those that undo left out, oldest first.
        """
        return [
            effect.step for effect in await self._effects(order_id) if effect.step not in UNDONE_BY.values()
        ]

    async def undone(self, order_id: str) -> list[str]:
        """
        Compensations that have an effect in the ledger, oldest first.
        """
        return [effect.step for effect in await self._effects(order_id) if effect.step in UNDONE_BY.values()]

    async def standing(self, order_id: str) -> list[str]:
        """
        Steps whose effect would have to be undone and was not.
        """
        return [
            effect.step
            for effect in await self._effects(order_id)
            if not effect.undone and effect.step in UNDONE_BY
        ]

    async def _effects(self, order_id: str) -> Sequence[Effect]:
        return await self.ledger.effects(order_id)


class Gate:
    """
    Holds an activity at its fault until the test lets it go on.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._reached = asyncio.Event()
        self._opened = asyncio.Event()
        monkeypatch.setattr(simulated_work, "hang", self._hang)

    async def _hang(self, seconds: float) -> None:
        self._reached.set()
        async with asyncio.timeout(seconds):
            await self._opened.wait()

    async def reached(self) -> None:
        """
        Wait until the activity is at its fault.
        """
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._reached.wait()

    def open(self) -> None:
        """
        Let the activity go on.
        """
        self._opened.set()


class LedgerOfATest:
    """
    The ledger of a worker that outlives a test: whatever it is asked, the ledger of the present test answers.

    Attributes:
        present: That ledger.
    """

    def __init__(self) -> None:
        self.present: Ledger | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.present, name)


@contextlib.asynccontextmanager
async def working(client: Client, task_queue: str, ledger: Any, **settings: Any) -> AsyncIterator[None]:
    """
    Run a worker of the shop in this process.
    """
    async with build_worker(
        client,
        Settings(task_queue=task_queue, graceful_shutdown_seconds=2, **settings),
        WORKFLOWS,
        build_activities(ledger),
    ):
        yield


@contextlib.asynccontextmanager
async def open_shop(client: Client, task_queue: str, url: str, **settings: Any) -> AsyncIterator[Shop]:
    """
    Run a worker of the shop in this process, with a ledger of its own.
    """
    ledger = await open_ledger(url)
    try:
        async with working(client, task_queue, ledger, **settings):
            yield Shop(client, task_queue, ledger)
    finally:
        await ledger.close()


def new_order(**fields: Any) -> RepairOrder:
    """
    Return an order that no other test has; by default a light one.
    """
    return RepairOrder(uuid.uuid4().hex[:12], client="Rosa Diaz", device="camera", **fields)


def full_order(**fields: Any) -> RepairOrder:
    """
    Return an order with all that an order can have: a price, a checklist, a deadline far off.
    """
    given = {
        "kind": RepairKind.PAID,
        "price_cents": 12_000,
        "checklist": CHECKLIST,
        "work": WorkProfile(deadline_seconds=3600),
        "limits": Limits(),
        **fields,
    }
    return new_order(**given)


def with_verdicts(order: RepairOrder, *verdicts: bool) -> RepairOrder:
    """
    Return the order with a seed of which the inspections, round by round, find these verdicts.
    """
    items = order.checklist or ("",)
    for seed in range(10_000):
        found = [
            all(passes_inspection(order.work, seed, round_, item, len(items)) for item in items)
            for round_ in range(len(verdicts))
        ]
        if found == list(verdicts):
            return replace(order, seed=seed)
    raise AssertionError(f"no seed gives {verdicts} for {order.work}")


async def until(holds: Callable[[], Awaitable[object]], what: str) -> None:
    """
    Wait until a condition holds, or fail saying which did not.
    """
    began = time.monotonic()
    while not await holds():
        waited = time.monotonic() - began
        assert waited < PATIENCE_SECONDS, f"not within {PATIENCE_SECONDS} s: {what}"
        await asyncio.sleep(pause_seconds(waited))


async def status(handle: WorkflowHandle[Any, Any]) -> OrderStatus:
    """
    Ask an order where it stands.
    """
    return await handle.query(STATUS_QUERY, result_type=OrderStatus)


async def approve(handle: WorkflowHandle[Any, Any], cents: int) -> None:
    """
    Approve the quote as soon as there is one.
    """
    await until_stage(handle, "waiting for the client")
    await handle.execute_update("approve_quote", cents)


async def until_stage(handle: WorkflowHandle[Any, Any], beginning: str) -> None:
    """
    Wait until the order is at a stage.
    """

    async def there() -> bool:
        return (await status(handle)).stage.startswith(beginning)

    await until(there, beginning)


async def events(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """
    Types of all events of an order's history, in their order.
    """
    return [
        EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        async for event in handle.fetch_history_events()
    ]


async def activities(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """
    Activities that an order's history schedules, in their order.
    """
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
