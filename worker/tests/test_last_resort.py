"""
A device that cannot be mended is replaced or paid for, and that is undone like any other step.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from saga_cases import INSPECTED, hanging, undone_as_recorded
from shop import REWORK, Gate, Shop, full_order, until, until_stage, with_verdicts
from temporalio.testing import TimeSkipper

from repairshop.contract import Fault, Outcome, RepairKind, RepairOrder, WorkProfile

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

UNDOES = {"replace": "restock", "reimburse": "reclaim"}


def hopeless(step: str, *faults: Fault) -> RepairOrder:
    """
    Return an order that no inspection passes, and that comes to that last step.
    """
    order = full_order(
        kind=RepairKind.WARRANTY,
        work=REWORK,
        checklist=("screen",),
        max_reworks=0,
        replaceable=step == "replace",
        faults=faults,
    )
    return with_verdicts(order, False)


@pytest.mark.parametrize("step", UNDOES)
async def test_a_failure_of_the_last_resort_undoes_what_was_done_before_it(shop: Shop, step: str) -> None:
    """
    What could not be given need not be taken back.
    """
    order = hopeless(step, Fault(step, permanent=True))

    result = await shop.take(order)

    assert result.outcome == Outcome.FAILED
    assert step in result.reason
    assert await undone_as_recorded(shop, order, result) == list(INSPECTED)


@pytest.mark.parametrize("step", UNDOES)
async def test_a_failure_after_the_last_resort_takes_it_back(shop: Shop, step: str) -> None:
    """
    An order that cannot be closed gives the other device, or the money, back to the shop.
    """
    order = hopeless(step, Fault("settle", permanent=True))

    result = await shop.take(order)

    assert result.outcome == Outcome.FAILED
    assert await undone_as_recorded(shop, order, result) == [UNDOES[step], *INSPECTED]


@pytest.mark.parametrize("how", ["signal", "server"])
@pytest.mark.parametrize("step", UNDOES)
async def test_a_cancellation_at_the_last_resort_takes_it_back(
    shop: Shop, gate: Gate, step: str, how: str
) -> None:
    """
    A client who changes their mind just then gets neither.
    """
    order = hopeless(step, hanging(step))
    handle = await shop.start(order)
    await gate.reached()

    await (handle.signal("cancel") if how == "signal" else handle.cancel())
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert await undone_as_recorded(shop, order, result) == [UNDOES[step], *INSPECTED]


def late(*faults: Fault) -> RepairOrder:
    """
    Return an order whose deadline passes while it is repaired.
    """
    return full_order(kind=RepairKind.WARRANTY, work=WorkProfile(deadline_seconds=0.4), faults=faults)


async def test_an_escalation_that_fails_ends_nothing(shop: Shop) -> None:
    """
    The order goes on without a senior technician, and grants no discount.
    """
    order = late(Fault("escalate", permanent=True), Fault("repair", attempts=1, hang_seconds=1, fails=False))

    result = await shop.take(order)

    assert (result.outcome, result.escalated, result.undone) == (Outcome.SETTLED, False, ())
    assert "escalate" not in await shop.done(order.order_id)


async def test_an_escalation_without_an_answer_is_undone(shop: Shop, gate: Gate) -> None:
    """
    One that may have happened is taken back with the rest.
    """
    order = late(Fault("escalate", after_effect=True), hanging("repair"))
    handle = await shop.start(order)
    await gate.reached()
    await until_stage(handle, "escalate")

    async def happened() -> bool:
        return "escalate" in await shop.done(order.order_id)

    await until(happened, "the escalation has its effect")
    await handle.signal("cancel")
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert "revoke_discount" in await undone_as_recorded(shop, order, result)


async def test_an_escalation_that_never_answers_is_taken_back_though_the_order_goes_on(shop: Shop) -> None:
    """
    The client of an order that was not escalated holds no discount, whatever an attempt did before it fell silent.
    """
    order = replace(late(Fault("escalate", after_effect=True)), repair_seconds=1.0)
    skipping = replace(shop, client=TimeSkipper(shop.client).client)

    result = await skipping.take(order)

    assert (result.outcome, result.escalated, result.undone) == (Outcome.SETTLED, False, ("revoke_discount",))
    assert "escalate" in await shop.done(order.order_id)
    assert "escalate" not in await shop.standing(order.order_id)


async def test_a_cancellation_while_an_escalation_is_taken_back_undoes_the_rest(
    shop: Shop, gate: Gate
) -> None:
    """
    It waits for the discount to be revoked, once.
    """
    faults = (Fault("escalate", after_effect=True), hanging("revoke_discount"))
    order = replace(late(*faults), repair_seconds=1.0)
    handle = await replace(shop, client=TimeSkipper(shop.client).client).start(order)
    await gate.reached()

    await handle.signal("cancel")
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.CANCELLED
    assert await undone_as_recorded(shop, order, result) == ["revoke_discount", *INSPECTED]
