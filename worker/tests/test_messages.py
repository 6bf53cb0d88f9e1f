"""
Signals and updates that come early, late, twice or in the wrong state.
"""

from __future__ import annotations

from typing import Any

import pytest
from saga_cases import hanging
from shop import Gate, Shop, approve, events, full_order, start_order, status, until_stage
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from repairshop.contract import Fault, Limits, Outcome, RepairKind

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def refusal(handle: WorkflowHandle[Any, Any], update: str, *arguments: object) -> str:
    """
    Send an update that is refused, and return the type of the refusal.
    """
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await handle.execute_update(update, args=arguments)
    assert isinstance(refused.value.cause, ApplicationError)
    return refused.value.cause.type or ""


async def test_an_approval_before_the_quote_is_refused(shop: Shop, gate: Gate) -> None:
    """
    Nobody approves what was not quoted; the refusal leaves no event.
    """
    hang = hanging("classify")
    handle = await shop.start(full_order(faults=(hang,)))
    await gate.reached()

    assert await refusal(handle, "approve_quote", 12_000) == "NoQuoteOpen"
    assert await refusal(handle, "decline_quote") == "NoQuoteOpen"

    gate.open()
    await approve(handle, 12_000)
    assert (await handle.result()).outcome == Outcome.SETTLED
    assert (await events(handle)).count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == 1


async def test_a_wrong_amount_is_refused(shop: Shop) -> None:
    """
    The client pays what was quoted, and nothing else.
    """
    handle = await shop.start(full_order())
    await until_stage(handle, "waiting for the client")

    assert await refusal(handle, "approve_quote", 1) == "WrongAmount"

    await handle.execute_update("approve_quote", 12_000)
    assert (await handle.result()).charged_cents == 12_000


@pytest.mark.parametrize("second", ["approve_quote", "decline_quote"])
async def test_a_second_answer_is_refused(shop: Shop, gate: Gate, second: str) -> None:
    """
    The first answer stands, whatever comes after it.
    """
    hang = hanging("assign_technician")
    handle = await shop.start(full_order(faults=(hang,)))
    await approve(handle, 12_000)
    await gate.reached()

    arguments = (12_000,) if second == "approve_quote" else ()
    assert await refusal(handle, second, *arguments) == "NoQuoteOpen"

    gate.open()
    assert (await handle.result()).outcome == Outcome.SETTLED


async def test_the_same_update_sent_twice_counts_once(shop: Shop) -> None:
    """
    An answer that is sent again under its own id gets the first one's reply.
    """
    handle = await shop.start(full_order())
    await until_stage(handle, "waiting for the client")

    first = await handle.execute_update("approve_quote", 12_000, id="answer")
    second = await handle.execute_update("approve_quote", 12_000, id="answer")

    assert first == second == "approved 12000 cents"
    await handle.result()
    assert (await events(handle)).count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == 1


async def test_an_answer_after_the_quote_expired_is_refused(shop: Shop, gate: Gate) -> None:
    """
    Too late is too late, while the device is being returned and after.
    """
    hang = hanging("return_device")
    handle = await shop.start(full_order(limits=Limits(quote_seconds=0.1), faults=(hang,)))
    await gate.reached()

    assert await refusal(handle, "approve_quote", 12_000) == "NoQuoteOpen"

    gate.open()
    assert (await handle.result()).outcome == Outcome.RETURNED
    with pytest.raises(RPCError) as ended:
        await handle.execute_update("approve_quote", 12_000)
    assert ended.value.status == RPCStatusCode.NOT_FOUND


async def test_a_cancellation_that_comes_with_the_start_does_nothing_at_all(shop: Shop) -> None:
    """
    A client who changes their mind before the first step has nothing to be undone.
    """
    order = full_order()

    signal = {"start_signal": "cancel", "start_signal_args": ["never mind"]}
    handle = await start_order(shop.client, shop.task_queue, order, **signal)
    result = await handle.result()

    assert (result.outcome, result.reason, result.undone) == (Outcome.CANCELLED, "never mind", ())
    assert await shop.done(order.order_id) == []


async def test_a_second_cancellation_changes_nothing(shop: Shop, gate: Gate) -> None:
    """
    The first reason stands.
    """
    hang = hanging("release_technician")
    order = full_order(kind=RepairKind.WARRANTY, faults=(hang, Fault("repair", attempts=0)))
    handle = await shop.start(order)
    await until_stage(handle, "repair")
    await handle.signal("cancel", "first")
    await gate.reached()

    await handle.signal("cancel", "second")
    gate.open()
    result = await handle.result()

    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "first")
    assert await shop.standing(order.order_id) == []


async def test_an_ended_order_takes_no_cancellation_and_still_tells_its_status(shop: Shop) -> None:
    """
    What is over cannot be cancelled; it can be asked.
    """
    order = full_order(kind=RepairKind.WARRANTY)
    handle = await shop.start(order)
    await handle.result()

    with pytest.raises(RPCError) as ended:
        await handle.signal("cancel")

    assert ended.value.status == RPCStatusCode.NOT_FOUND
    assert (await status(handle)).stage == Outcome.SETTLED


async def test_a_signal_that_nobody_knows_changes_nothing(shop: Shop) -> None:
    """
    An order ignores what it does not understand.
    """
    handle = await shop.start(full_order())
    await until_stage(handle, "waiting for the client")

    await handle.signal("polish", "twice")
    await approve(handle, 12_000)

    assert (await handle.result()).outcome == Outcome.SETTLED


async def test_the_current_details_can_be_read_in_temporals_ui(shop: Shop) -> None:
    """
    Temporal's own page shows the stage, and at the start what kind of order it is.
    """
    handle = await shop.start(full_order(), static_summary="paid repair")
    await until_stage(handle, "waiting for the client")

    metadata = await handle.query("__temporal_workflow_metadata")
    description = await handle.describe()

    assert "waiting for the client to approve the quote" in str(metadata)
    assert await description.static_summary() == "paid repair"
    await handle.signal("cancel")
