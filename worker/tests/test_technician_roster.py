"""
Who is assigned to an order, and orders that wait for somebody.
"""

from __future__ import annotations

import pytest
from shop import CHECKLIST, Shop, full_order, new_order, until, until_stage

from repairshop.contract import Fault, Outcome, RepairKind

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_an_inspector_has_not_repaired(shop: Shop) -> None:
    """
    Whatever the seed, who inspects is neither the technician nor who took over.
    """
    for seed in range(12):
        order = full_order(kind=RepairKind.WARRANTY, seed=seed, checklist=CHECKLIST[:1])

        await shop.take(order)

        values = {effect.step: effect.value for effect in await shop.ledger.effects(order.order_id)}
        assert values["assign_inspector"] != values["assign_technician"]


async def test_an_order_waits_until_a_technician_is_free(shop: Shop) -> None:
    """
    With one technician who can hold one order, the second waits until the first is closed.
    """
    first = new_order(
        skill="optics", faults=(Fault("set_deadline", attempts=1, hang_seconds=1.5, fails=False),)
    )
    second = new_order(skill="optics")
    holding = await shop.start(first)
    await until_stage(holding, "set_deadline")
    waiting = await shop.start(second)
    await until(lambda: _attempts(shop, second.order_id, 2), "the second order is tried again")
    assert "assign_technician" not in await shop.done(second.order_id)

    await holding.result()
    result = await waiting.result()

    assert result.outcome == Outcome.SETTLED
    closed = next(e.at for e in await shop.ledger.effects(first.order_id) if e.step == "settle")
    assigned = next(e.at for e in await shop.ledger.effects(second.order_id) if e.step == "assign_technician")
    assert assigned > closed


async def test_a_skill_that_nobody_has_ends_the_order(shop: Shop) -> None:
    """
    Waiting for what will never be is refused at once, and what was done is undone.
    """
    order = new_order(skill="clairvoyance")

    result = await shop.take(order)

    assert result.outcome == Outcome.FAILED
    assert "clairvoyance" in result.reason
    assert "there are: batteries" in result.reason
    assert await shop.standing(order.order_id) == []


async def _attempts(shop: Shop, order_id: str, wanted: int) -> bool:
    tried = [d for d in await shop.ledger.deliveries(order_id) if d.step == "assign_technician"]
    return len(tried) >= wanted
