"""
An order that is cancelled gives back what was done, wherever it was.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from saga_cases import HELD, STEPS, approved, hanging, long_order, undone_as_recorded
from shop import Gate, Shop, events, full_order, open_shop, status, until, until_stage
from temporalio.client import Client

from repairshop.contract import Fault, Outcome, RepairKind, WorkProfile

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("how", ["signal", "server"])
@pytest.mark.parametrize(("where", "before", "after"), STEPS.values(), ids=STEPS.keys())
async def test_a_cancellation_at_each_step_undoes_what_was_done(
    shop: Shop, gate: Gate, where: tuple[str, int], before: tuple[str, ...], after: tuple[str, ...], how: str
) -> None:
    """
    A client who changes their mind while a step runs gets back all that was done, that step included.
    """
    order = long_order(hanging(*where))
    handle = await shop.start(order)
    if where[0] not in ("register", "classify", "quote"):
        await approved(handle, order)
    await gate.reached()

    if how == "signal":
        await handle.signal("cancel", "found another shop")
    else:
        await handle.cancel()
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    if how == "signal":
        assert result.reason == "found another shop"
    assert await undone_as_recorded(shop, order, result) == list(after)


async def test_a_cancellation_while_the_quote_is_open_withdraws_the_registration(shop: Shop) -> None:
    """
    Nothing more than the registration is there to undo while the client thinks.
    """
    order = long_order()
    handle = await shop.start(order)
    await until_stage(handle, "waiting for the client")

    await handle.signal("cancel")
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert await undone_as_recorded(shop, order, result) == ["withdraw_registration"]


async def test_a_cancellation_while_nobody_is_free_does_not_wait_for_a_technician(shop: Shop) -> None:
    """
    A step that is retried for ever is given up between its attempts.
    """
    order = full_order(kind=RepairKind.WARRANTY, faults=(Fault("assign_technician"),))
    handle = await shop.start(order)
    await until_stage(handle, "assign_technician")

    await handle.signal("cancel")
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert await shop.standing(order.order_id) == []


async def test_a_cancellation_while_the_device_is_handed_over_is_too_late(shop: Shop, gate: Gate) -> None:
    """
    Who changes their mind with the device in their hands has settled.
    """
    order = full_order(kind=RepairKind.WARRANTY, faults=(hanging("settle"),))
    handle = await shop.start(order)
    await gate.reached()

    await handle.signal("cancel")
    await handle.cancel()
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.SETTLED
    assert await shop.undone(order.order_id) == []


async def test_a_late_order_that_is_cancelled_loses_its_discount(shop: Shop, gate: Gate) -> None:
    """
    The escalation is undone like any other step.
    """
    order = full_order(
        kind=RepairKind.WARRANTY,
        work=WorkProfile(deadline_seconds=0.1),
        faults=(hanging("repair"),),
    )
    handle = await shop.start(order)

    async def escalated() -> bool:
        return (await status(handle)).escalated

    await until(escalated, "the order is escalated")
    await handle.signal("cancel")
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert await undone_as_recorded(shop, order, result) == ["revoke_discount", *HELD]


async def test_a_cancellation_survives_a_worker_that_remembers_nothing(
    client: Client, task_queue: str, tmp_path: Path, gate: Gate
) -> None:
    """
    With no workflow cached, each task replays the history so far, and the saga ends the same.
    """
    url = f"sqlite://{tmp_path}/ledger.db"
    async with open_shop(client, task_queue, url, max_cached_workflows=0) as shop:
        order = full_order(
            kind=RepairKind.WARRANTY,
            faults=(
                Fault("repair", attempts=1, hang_seconds=0.7, fails=False),
                Fault("release_technician", attempts=2),
            ),
        )
        handle = await shop.start(order)
        await gate.reached()

        await handle.signal("cancel")
        gate.open()
        result = await asyncio.wait_for(handle.result(), 60)

        assert result.outcome == Outcome.CANCELLED
        assert await undone_as_recorded(shop, order, result) == list(HELD)
        assert "WORKFLOW_TASK_FAILED" not in await events(handle)
