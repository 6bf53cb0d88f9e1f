"""
What was done is undone when a step fails, wherever the order was.
"""

from __future__ import annotations

import pytest
from saga_cases import (
    AFTER_THE_CHARGE,
    HELD,
    INSPECTED,
    STEPS,
    approved,
    hanging,
    long_order,
    undone_as_recorded,
)
from shop import Gate, Shop, activities, full_order, until, until_stage

from repairshop.contract import Fault, Outcome, RepairKind

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize(("where", "before", "after"), STEPS.values(), ids=STEPS.keys())
async def test_a_failure_at_each_step_undoes_what_was_done_before_it(
    shop: Shop, where: tuple[str, int], before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """
    A step that fails for good ends the order, and all that came before is undone in reverse.
    """
    order = long_order(Fault(where[0], round=where[1], permanent=True))
    handle = await shop.start(order)
    if where[0] not in ("register", "classify", "quote"):
        await approved(handle, order)

    result = await handle.result()

    assert result.outcome == Outcome.FAILED
    assert where[0] in result.reason
    assert await undone_as_recorded(shop, order, result) == list(before)


async def test_a_failure_of_the_last_step_undoes_the_charge_too(shop: Shop) -> None:
    """
    Money that was taken for a device that cannot be handed over goes back.
    """
    order = long_order(Fault("settle", permanent=True))
    handle = await shop.start(order)
    await approved(handle, order)

    result = await handle.result()

    assert (result.outcome, result.charged_cents) == (Outcome.FAILED, 0)
    assert await undone_as_recorded(shop, order, result) == list(AFTER_THE_CHARGE)


async def test_an_effect_without_an_answer_is_undone(shop: Shop) -> None:
    """
    A step whose attempts had their effect and then failed without a word may have happened: it is undone as well.
    """
    order = full_order(kind=RepairKind.WARRANTY, faults=(Fault("register", after_effect=True),))

    result = await shop.take(order)

    assert result.outcome == Outcome.FAILED
    assert await shop.done(order.order_id) == ["register"]
    assert await undone_as_recorded(shop, order, result) == ["withdraw_registration"]


async def test_compensations_are_shielded_from_a_second_cancel_and_retried(shop: Shop) -> None:
    """
    While a compensation fails and is tried again, further cancellations change nothing.
    """
    order = full_order(
        kind=RepairKind.WARRANTY,
        faults=(
            Fault("repair", permanent=True),
            Fault("release_technician", attempts=3),
            Fault("withdraw_registration", attempts=1, after_effect=True),
        ),
    )
    handle = await shop.start(order)
    await until_stage(handle, "release_technician")

    await handle.signal("cancel")
    await handle.cancel()
    result = await handle.result()

    assert result.outcome == Outcome.FAILED
    assert await undone_as_recorded(shop, order, result) == list(HELD)
    assert (await activities(handle))[-3:] == list(HELD)
    tried = [
        d.attempt for d in await shop.ledger.deliveries(order.order_id) if d.step == "withdraw_registration"
    ]
    assert tried == [1, 2]


@pytest.mark.parametrize(
    ("step", "undone"), [("inspect_item", INSPECTED), ("assign_inspector", HELD)], ids=["after", "before"]
)
async def test_an_inspection_that_is_terminated_holds_nobody(
    shop: Shop, gate: Gate, step: str, undone: tuple[str, ...]
) -> None:
    """
    One that cannot undo what it did leaves that to its order; a delivery that comes later brings nobody back.
    """
    order = full_order(kind=RepairKind.WARRANTY, faults=(hanging(step),))
    handle = await shop.start(order)
    await gate.reached()

    await shop.client.get_workflow_handle(f"inspection-{order.order_id}-0").terminate()
    result = await handle.result()
    gate.open()

    async def was_delivered() -> bool:
        return any(one.step == "assign_inspector" for one in await shop.ledger.deliveries(order.order_id))

    await until(was_delivered, "the inspector's delivery came")
    assert result.outcome == Outcome.FAILED
    assert await undone_as_recorded(shop, order, result) == list(undone)
