"""
What was done is undone, whatever ends an order and wherever it was.

The independent record is the ledger: it is written by the activities, and the workflow never reads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from shop import (
    REWORK,
    Gate,
    Shop,
    activities,
    events,
    full_order,
    open_shop,
    status,
    until,
    until_stage,
    with_verdicts,
)
from temporalio.client import Client, WorkflowHandle

from repairshop.contract import Fault, Kind, Outcome, RepairOrder, RepairResult, WorkProfile

pytestmark = pytest.mark.server

# Every step of a paid order with a checklist, a deadline that passes and one rework, and what is to be undone in
# reverse when the step fails for good, or is cancelled while it runs (where it then still has its effect).
WITHDRAWN = ("withdraw_registration",)
FREED = ("release_technician", *WITHDRAWN)
HELD = ("release_parts", *FREED)
INSPECTED = ("release_inspector", *HELD)
HELD_AGAIN = ("release_parts", *INSPECTED)
INSPECTED_AGAIN = ("release_inspector", *HELD_AGAIN)
STEPS: dict[str, tuple[tuple[str, int], tuple[str, ...], tuple[str, ...]]] = {
    "register": (("register", 0), (), WITHDRAWN),
    "classify": (("classify", 0), WITHDRAWN, WITHDRAWN),
    "quote": (("quote", 0), WITHDRAWN, WITHDRAWN),
    "technician": (("assign_technician", 0), WITHDRAWN, FREED),
    "deadline": (("set_deadline", 0), FREED, FREED),
    "parts": (("reserve_parts", 0), FREED, HELD),
    "repair": (("repair", 0), HELD, HELD),
    "inspector": (("assign_inspector", 0), HELD, INSPECTED),
    "item": (("inspect_item", 0), INSPECTED, INSPECTED),
    "second parts": (("reserve_parts", 1), INSPECTED, HELD_AGAIN),
    "second repair": (("repair", 1), HELD_AGAIN, HELD_AGAIN),
    "second inspector": (("assign_inspector", 1), HELD_AGAIN, INSPECTED_AGAIN),
    "charge": (("charge", 0), INSPECTED_AGAIN, ("refund", *INSPECTED_AGAIN)),
}
AFTER_THE_CHARGE = STEPS["charge"][2]


@pytest.fixture
async def shop(client: Client, task_queue: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """
    A shop with a SQLite ledger.
    """
    async with open_shop(client, task_queue, f"sqlite://{tmp_path}/ledger.db") as opened:
        yield opened


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """
    What holds a step that hangs.
    """
    return Gate(monkeypatch)


def hanging(step: str, round_: int = 0, *, after_effect: bool = False) -> Fault:
    """
    Return a fault that only hangs, until the test opens the gate.
    """
    return Fault(step, round=round_, attempts=1, hang_seconds=60, fails=False, after_effect=after_effect)


def long_order(*faults: Fault) -> RepairOrder:
    """
    Return a paid order that is sent back once.
    """
    order = full_order(work=replace(REWORK, deadline_seconds=3600), faults=faults, checklist=("screen",))
    return with_verdicts(order, False, True)


async def approved(handle: WorkflowHandle[object, RepairResult], order: RepairOrder) -> None:
    """
    Approve the quote if the order comes to that.
    """

    async def asked() -> bool:
        said = await status(handle)
        return said.stage.startswith("waiting") or said.stage in (Outcome.FAILED, Outcome.CANCELLED)

    await until(asked, "a quote, or an end before it")
    if (await status(handle)).stage.startswith("waiting"):
        await handle.execute_update("approve_quote", order.price_cents)


async def undone_as_recorded(shop: Shop, order: RepairOrder, result: RepairResult) -> list[str]:
    """
    Return what the ledger says was undone, once everything else agrees with it.
    """
    undone = await shop.undone(order.order_id)
    assert await shop.standing(order.order_id) == []
    # The child undoes what it did; the parent's result tells of its own.
    assert list(result.undone) == undone[len(undone) - len(result.undone) :]
    assert set(undone[: len(undone) - len(result.undone)]) <= {"release_inspector"}
    return undone


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
    order = full_order(kind=Kind.WARRANTY, faults=(Fault("register", after_effect=True),))

    result = await shop.take(order)

    assert result.outcome == Outcome.FAILED
    assert await shop.done(order.order_id) == ["register"]
    assert await undone_as_recorded(shop, order, result) == ["withdraw_registration"]


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
    order = full_order(kind=Kind.WARRANTY, faults=(Fault("assign_technician"),))
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
    order = full_order(kind=Kind.WARRANTY, faults=(hanging("settle"),))
    handle = await shop.start(order)
    await gate.reached()

    await handle.signal("cancel")
    await handle.cancel()
    gate.open()
    result = await handle.result()

    assert result.outcome == Outcome.SETTLED
    assert await shop.undone(order.order_id) == []


async def test_compensations_are_shielded_from_a_second_cancel_and_retried(shop: Shop) -> None:
    """
    While a compensation fails and is tried again, further cancellations change nothing.
    """
    order = full_order(
        kind=Kind.WARRANTY,
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


async def test_a_late_order_that_is_cancelled_loses_its_discount(shop: Shop, gate: Gate) -> None:
    """
    The escalation is undone like any other step.
    """
    order = full_order(
        kind=Kind.WARRANTY,
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
            kind=Kind.WARRANTY,
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
