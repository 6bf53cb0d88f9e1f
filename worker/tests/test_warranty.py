"""
Spans of months and years, on orders whose clocks skip what nobody works in.

The server is the real one: it gives each execution that asks for it a clock of its own.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from processes import PATIENCE_SECONDS
from shop import Shop, events, full_order, until
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from repairshop.contract import DAY_SECONDS, Claim, Limits, Outcome, RepairKind, RepairOrder, RepairResult
from repairshop.step_payloads import WarrantyOutput

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]
YEARS = 3 * 365 * DAY_SECONDS


@pytest.fixture
def skipping(shop: Shop) -> Shop:
    """
    A shop whose orders have clocks of their own.
    """
    return replace(shop, client=TimeSkipper(shop.client).client)


async def lasted(handle: WorkflowHandle[Any, Any]) -> float:
    """
    Seconds from an execution's first event to its last, on its own clock.
    """
    history = (await handle.fetch_history()).events
    return (history[-1].event_time.ToNanoseconds() - history[0].event_time.ToNanoseconds()) / 1e9


def warranty_of(shop: Shop, order: RepairOrder) -> WorkflowHandle[Any, WarrantyOutput]:
    """
    The warranty of an order.
    """
    return shop.client.get_workflow_handle(f"warranty-{order.order_id}", result_type=WarrantyOutput)


def under_warranty(**limits: Any) -> RepairOrder:
    """
    Return an order whose repair is under warranty for three years.
    """
    return full_order(kind=RepairKind.WARRANTY, limits=Limits(warranty_seconds=YEARS, **limits))


async def test_a_quote_expires_after_thirty_days(skipping: Shop) -> None:
    """
    A client who says nothing for thirty days gets the device back.
    """
    handle = await skipping.start(full_order())

    result = await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)

    assert (result.outcome, result.reason) == (Outcome.RETURNED, "the quote expired")
    assert 30 * DAY_SECONDS <= await lasted(handle) < 31 * DAY_SECONDS


async def test_a_warranty_ends_after_three_years_and_outlives_its_order(skipping: Shop) -> None:
    """
    The order is settled at once; its warranty goes on by itself for three years.
    """
    order = under_warranty()
    handle = await skipping.start(order)
    settled = await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)

    ended = await asyncio.wait_for(warranty_of(skipping, order).result(), PATIENCE_SECONDS)

    assert settled.outcome == Outcome.SETTLED
    assert ended == WarrantyOutput(order.order_id, 0)
    assert await lasted(handle) < DAY_SECONDS
    assert YEARS <= await lasted(warranty_of(skipping, order)) < YEARS + DAY_SECONDS


async def test_a_claim_opens_a_new_order_once(shop: Shop) -> None:
    """
    A claim under warranty is an order of its own, free of charge; sent twice it is one.
    """
    order = under_warranty()
    await shop.take(order)
    warranty = warranty_of(shop, order)

    for _ in range(2):
        await warranty.signal("claim", Claim("c1", "broke again"))
    claimed = shop.client.get_workflow_handle(f"repair-{order.order_id}-claim-c1", result_type=RepairResult)
    await until(lambda: _is_there(claimed), "the claim has its order")
    result = await claimed.result()

    assert (result.outcome, result.charged_cents) == (Outcome.SETTLED, 0)
    history = (await warranty.fetch_history()).events
    begun = [e for e in history if e.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED]
    assert len(begun) == 1
    await warranty.terminate()


async def test_a_claim_that_cannot_be_taken_ends_no_warranty(shop: Shop) -> None:
    """
    One whose id is longer than the server takes would fail the workflow's task for ever, and one too large the workflow.
    """
    order = under_warranty()
    await shop.take(order)
    warranty = warranty_of(shop, order)

    await warranty.signal("claim", Claim("c" * 1000, "broke again"))
    await warranty.signal("claim", Claim("next", "broke again"))

    claimed = shop.client.get_workflow_handle(f"repair-{order.order_id}-claim-next")
    await until(lambda: _is_there(claimed), "the next claim has its order")
    assert "WORKFLOW_TASK_FAILED" not in await events(warranty)
    await warranty.terminate()


async def test_a_warranty_begins_its_history_anew_and_forgets_nothing(shop: Shop) -> None:
    """
    After so many claims it continues as new: the end stays where it was, and each claim is counted.
    """
    order = under_warranty(claims_per_run=2)
    await shop.take(order)
    warranty = warranty_of(shop, order)
    first_run = (await warranty.describe()).run_id

    for number in range(5):
        await warranty.signal("claim", Claim(str(number)))
        claimed = shop.client.get_workflow_handle(f"repair-{order.order_id}-claim-{number}")
        await until(lambda handle=claimed: _is_there(handle), f"claim {number} has its order")

    async def counted() -> bool:
        metadata = await warranty.query("__temporal_workflow_metadata")
        return "5 claims so far" in str(metadata)

    await until(counted, "five claims are counted")
    run = await warranty.describe()
    assert run.run_id != first_run
    assert run.history_length < 40
    first = shop.client.get_workflow_handle(warranty.id, run_id=first_run)
    assert (await events(first))[-1] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
    await warranty.terminate()


async def test_a_claim_after_the_warranty_is_refused(skipping: Shop) -> None:
    """
    Who comes after three years is told that there is no warranty any more.
    """
    order = under_warranty()
    handle = await skipping.start(order)
    await asyncio.wait_for(handle.result(), PATIENCE_SECONDS)
    await asyncio.wait_for(warranty_of(skipping, order).result(), PATIENCE_SECONDS)

    with pytest.raises(RPCError) as late:
        await warranty_of(skipping, order).signal("claim", Claim("late"))

    assert late.value.status == RPCStatusCode.NOT_FOUND


async def _is_there(handle: WorkflowHandle[Any, Any]) -> bool:
    try:
        await handle.describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True
