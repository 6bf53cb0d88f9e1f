"""
Each way that an order can take, on a real server.
"""

from __future__ import annotations

import pytest
from shop import (
    CHECKLIST,
    REWORK,
    Shop,
    activities,
    approve,
    events,
    full_order,
    new_order,
    status,
    until_stage,
    with_verdicts,
)
from temporalio.worker import Replayer

from repairshop.contract import (
    ACTIVITIES_OF_A_LIGHT_ORDER,
    DECLINE_QUOTE_UPDATE,
    LIGHT_ORDER_STEPS,
    NOOP_WORKFLOW,
    Fault,
    Limits,
    Outcome,
    RepairKind,
    RepairResult,
    WorkProfile,
)
from repairshop.workflows import WORKFLOWS

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def test_a_light_order_takes_six_activities_and_nothing_else(shop: Shop) -> None:
    """
    A light order makes exactly six activities: no timer, no child, no marker, 41 events.
    """
    handle = await shop.start(new_order(seed=7))

    result = await handle.result()

    assert result.outcome == Outcome.SETTLED
    steps = list(LIGHT_ORDER_STEPS)
    assert await activities(handle) == steps
    assert len(steps) == ACTIVITIES_OF_A_LIGHT_ORDER == 6
    kinds = await events(handle)
    assert len(kinds) - 3 * kinds.count("WORKFLOW_TASK_SCHEDULED") == 2 + 3 * len(steps)
    description = await handle.describe()
    transitions = description.raw_description.workflow_execution_info.state_transition_count
    # Eager dispatch, on in this worker, saves one transition an activity.
    assert transitions <= 27


async def test_local_activities_pass_the_queue_and_do_the_same(shop: Shop) -> None:
    """
    An order whose activities are local has the same effects, a marker each and no activity task; it replays.
    """
    order = new_order(seed=7, work=WorkProfile(seconds=0.01, local_activities=True))
    handle = await shop.start(order)

    result = await handle.result()

    assert result == RepairResult(order.order_id, Outcome.SETTLED)
    assert await activities(handle) == []
    assert (await events(handle)).count("MARKER_RECORDED") == len(LIGHT_ORDER_STEPS)
    assert await shop.done(order.order_id) == list(LIGHT_ORDER_STEPS)
    replayer = Replayer(workflows=WORKFLOWS, data_converter=shop.client.data_converter)
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_local_activity_that_fails_is_tried_again(shop: Shop) -> None:
    """
    The retry policy holds for local activities too, and what no retry mends is undone.
    """
    mended = new_order(
        work=WorkProfile(local_activities=True), faults=(Fault(step="assign_technician", attempts=2),)
    )
    hopeless = new_order(
        work=WorkProfile(local_activities=True), faults=(Fault(step="assign_inspector", permanent=True),)
    )

    assert (await shop.take(mended)).outcome == Outcome.SETTLED
    assert (await shop.take(hopeless)).outcome == Outcome.FAILED
    assert await shop.standing(hopeless.order_id) == []


async def test_noop_closes_at_once(shop: Shop) -> None:
    """
    The workflow that measures a start alone makes no activity.
    """
    order = new_order()

    handle = await shop.client.start_workflow(
        NOOP_WORKFLOW,
        order,
        id=f"noop-{order.order_id}",
        task_queue=shop.task_queue,
        result_type=RepairResult,
    )

    assert await handle.result() == RepairResult(order.order_id, Outcome.SETTLED)
    assert await activities(handle) == []


async def test_a_paid_order_waits_for_the_client_and_charges_what_was_quoted(shop: Shop) -> None:
    """
    A paid order is repaired once the client approved the quote, and pays it.
    """
    order = full_order()
    handle = await shop.start(order)

    await approve(handle, 12_000)
    result = await handle.result()

    assert result == RepairResult(order.order_id, Outcome.SETTLED, charged_cents=12_000)
    done = await shop.done(order.order_id)
    assert done[:5] == ["register", "classify", "quote", "assign_technician", "set_deadline"]
    assert done[-2:] == ["charge", "settle"]


async def test_a_declined_quote_returns_the_device(shop: Shop) -> None:
    """
    A client who declines gets the device back, and nobody is assigned.
    """
    order = full_order()
    handle = await shop.start(order)
    await until_stage(handle, "waiting for the client")

    await handle.execute_update(DECLINE_QUOTE_UPDATE)
    result = await handle.result()

    assert (result.outcome, result.reason) == (Outcome.RETURNED, "the client declined")
    assert await shop.done(order.order_id) == ["register", "classify", "quote", "return_device"]


async def test_a_quote_that_nobody_answers_expires(shop: Shop) -> None:
    """
    A quote without an answer returns the device when its time is over.
    """
    order = full_order(limits=Limits(quote_seconds=0.2))

    result = await shop.take(order)

    assert (result.outcome, result.reason) == (Outcome.RETURNED, "the quote expired")


async def test_a_device_beyond_repair_is_returned_with_a_report(shop: Shop) -> None:
    """
    What cannot be repaired goes back with a report, and nobody is assigned.
    """
    order = full_order(kind=RepairKind.BEYOND_REPAIR)

    result = await shop.take(order)

    assert (result.outcome, result.reason) == (Outcome.RETURNED, "the device is beyond repair")
    assert await shop.done(order.order_id) == ["register", "classify", "return_device"]


async def test_a_warranty_order_charges_nothing(shop: Shop) -> None:
    """
    A repair under warranty needs no quote and costs the client nothing.
    """
    order = full_order(kind=RepairKind.WARRANTY)

    result = await shop.take(order)

    assert result == RepairResult(order.order_id, Outcome.SETTLED)
    assert not {"quote", "charge"} & set(await shop.done(order.order_id))


async def test_rework_shows_two_repairs(shop: Shop) -> None:
    """
    A failed inspection sends the device back: the second repair is a second effect.
    """
    order = with_verdicts(full_order(kind=RepairKind.WARRANTY, work=REWORK), False, True)

    result = await shop.take(order)

    assert (result.outcome, result.reworks) == (Outcome.SETTLED, 1)
    repairs = [
        effect.round for effect in await shop.ledger.effects(order.order_id) if effect.step == "repair"
    ]
    assert repairs == [0, 1]


@pytest.mark.parametrize(
    ("replaceable", "outcome", "step"),
    [(True, Outcome.REPLACED, "replace"), (False, Outcome.REFUNDED, "reimburse")],
    ids=["replaced", "refunded"],
)
@pytest.mark.parametrize("checklist", [(), CHECKLIST], ids=["light", "full"])
async def test_the_shop_gives_in_after_the_last_rework(
    shop: Shop, checklist: tuple[str, ...], replaceable: bool, outcome: Outcome, step: str
) -> None:
    """
    A device that fails once more than it may be sent back is replaced, or its worth paid, and nothing is charged.
    """
    order = full_order(
        work=REWORK,
        checklist=checklist,
        max_reworks=1,
        replaceable=replaceable,
        kind=RepairKind.PAID,
        price_cents=100,
    )
    order = with_verdicts(order, False, False)
    handle = await shop.start(order)

    await approve(handle, 100)
    result = await handle.result()

    assert (result.outcome, result.reworks, result.charged_cents) == (outcome, 1, 0)
    done = await shop.done(order.order_id)
    assert done[-2:] == [step, "settle"]
    assert "charge" not in done


async def test_a_late_order_is_escalated_once_and_pays_less(shop: Shop) -> None:
    """
    A deadline that passes puts the senior technician on the order, once, and grants a discount.
    """
    order = full_order(
        work=WorkProfile(deadline_seconds=0.4),
        faults=(Fault("repair", attempts=1, hang_seconds=1, fails=False),),
    )
    handle = await shop.start(order)

    await approve(handle, 12_000)
    result = await handle.result()

    assert (result.outcome, result.escalated, result.charged_cents) == (Outcome.SETTLED, True, 10_800)
    done = await shop.done(order.order_id)
    assert done.count("escalate") == 1
    assert (await events(handle)).count("TIMER_FIRED") == 1


async def test_an_order_in_time_is_not_escalated(shop: Shop) -> None:
    """
    The deadline's timer ends with the work.
    """
    order = full_order(kind=RepairKind.WARRANTY)
    handle = await shop.start(order)

    result = await handle.result()

    assert not result.escalated
    assert (await events(handle)).count("TIMER_CANCELED") == 1


async def test_status_tells_where_the_order_stands(shop: Shop) -> None:
    """
    A running order answers what is waited for, who works on it and what there is to undo.
    """
    order = full_order()
    handle = await shop.start(order)
    await until_stage(handle, "waiting for the client")

    waiting = await status(handle)
    await approve(handle, 12_000)
    await handle.result()
    ended = await status(handle)

    assert (waiting.kind, waiting.quote_cents, waiting.done) == ("paid", 12_000, ("register",))
    assert (ended.stage, bool(ended.technician), bool(ended.inspector)) == ("settled", True, True)
