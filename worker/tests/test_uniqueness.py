"""
Never two running executions of one id, and never a second settlement of one order.
"""

from __future__ import annotations

import pytest
from shop import Shop, full_order, new_order, start_order, until, until_stage
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import TerminatedError, WorkflowAlreadyStartedError

from repairshop.contract import RepairOrder, workflow_id

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def runs_of(shop: Shop, order: RepairOrder) -> list[tuple[str, WorkflowExecutionStatus | None]]:
    """
    All executions that an order ever had, once the list of them is up to date.
    """
    query = f"WorkflowId = '{workflow_id(order.order_id)}'"

    async def listed() -> bool:
        return bool([run async for run in shop.client.list_workflows(query)])

    await until(listed, "the order is listed")
    return [(run.run_id, run.status) async for run in shop.client.list_workflows(query)]


async def start_again(shop: Shop, order: RepairOrder, conflict: WorkflowIDConflictPolicy) -> str | None:
    """
    Start an order under a conflict policy, and return the id of the run that it got.
    """
    handle = await start_order(shop.client, shop.task_queue, order, id_conflict_policy=conflict)
    return handle.result_run_id


async def test_fail_refuses_a_second_start(shop: Shop) -> None:
    """
    Under FAIL, the policy of all orders, a second start is refused and the first goes on.
    """
    order = full_order()
    first = await shop.start(order)
    await until_stage(first, "waiting for the client")

    with pytest.raises(WorkflowAlreadyStartedError):
        await start_again(shop, order, WorkflowIDConflictPolicy.FAIL)

    assert await runs_of(shop, order) == [(first.result_run_id, WorkflowExecutionStatus.RUNNING)]
    await first.signal("cancel")


async def test_use_existing_returns_the_run_that_is_there(shop: Shop) -> None:
    """
    Under USE_EXISTING a second start gets the first one's run.
    """
    order = full_order()
    first = await shop.start(order)
    await until_stage(first, "waiting for the client")

    again = await start_again(shop, order, WorkflowIDConflictPolicy.USE_EXISTING)

    assert again == first.result_run_id
    assert await runs_of(shop, order) == [(first.result_run_id, WorkflowExecutionStatus.RUNNING)]
    await first.signal("cancel")


async def test_terminate_existing_leaves_one(shop: Shop) -> None:
    """
    Under TERMINATE_EXISTING the first run is ended and one runs.
    """
    order = full_order()
    first = await shop.start(order)
    await until_stage(first, "waiting for the client")

    again = await start_again(shop, order, WorkflowIDConflictPolicy.TERMINATE_EXISTING)

    assert again != first.result_run_id
    with pytest.raises(WorkflowFailureError) as ended:
        await shop.client.get_workflow_handle(first.id, run_id=first.result_run_id).result()
    assert isinstance(ended.value.cause, TerminatedError)
    running = await shop.client.get_workflow_handle(first.id).describe()
    assert (running.run_id, running.status) == (again, WorkflowExecutionStatus.RUNNING)
    await shop.client.get_workflow_handle(first.id).signal("cancel")


async def test_a_settled_order_is_not_settled_again(shop: Shop) -> None:
    """
    With REJECT_DUPLICATE, the policy of all orders, an id that was ever used is refused.
    """
    order = new_order()
    await shop.take(order)

    with pytest.raises(WorkflowAlreadyStartedError):
        await shop.start(order)

    assert (await shop.done(order.order_id)).count("settle") == 1


async def test_without_that_policy_the_same_order_would_run_again(shop: Shop) -> None:
    """
    What REJECT_DUPLICATE guards against: under the default policy the id is free once it is closed.
    """
    order = new_order()
    await shop.take(order)

    again = WorkflowIDReusePolicy.ALLOW_DUPLICATE
    handle = await start_order(shop.client, shop.task_queue, order, id_reuse_policy=again)
    await handle.result()

    # And even so its effects are there once, as they are keyed by the order.
    assert (await shop.done(order.order_id)).count("settle") == 1
    assert len([d for d in await shop.ledger.deliveries(order.order_id) if d.step == "settle"]) == 2
