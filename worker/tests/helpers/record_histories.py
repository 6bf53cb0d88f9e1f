"""
Record a history for each path through the flow, for replay by later code.

Histories of earlier flows are never written anew: they stand for the orders that still run.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from processes import Server
from shop import REWORK, Shop, approve, full_order, new_order, open_shop, until, until_stage, with_verdicts
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from repairshop import process_exit
from repairshop.contract import Claim, Fault, Limits, RepairKind, RepairOrder, WorkProfile
from repairshop.workflows.flow_versions import FLOW

FOLDER = Path(__file__).parents[1] / "histories"
Handle = WorkflowHandle[Any, Any]


async def light(shop: Shop) -> Handle:
    """
    The shortest path.
    """
    return await shop.start(new_order())


async def light_rework(shop: Shop) -> Handle:
    """
    A light order that is sent back once.
    """
    return await shop.start(with_verdicts(new_order(work=REWORK), False, True))


async def paid(shop: Shop) -> Handle:
    """
    A quote that is approved, and a deadline that is kept.
    """
    handle = await shop.start(full_order())
    await approve(handle, 12_000)
    return handle


async def declined(shop: Shop) -> Handle:
    """
    A quote that is declined.
    """
    handle = await shop.start(full_order())
    await until_stage(handle, "waiting for the client")
    await handle.execute_update("decline_quote")
    return handle


async def expired(shop: Shop) -> Handle:
    """
    A quote that nobody answers.
    """
    return await shop.start(full_order(limits=Limits(quote_seconds=0.2)))


async def beyond_repair(shop: Shop) -> Handle:
    """
    A device that goes back with a report.
    """
    return await shop.start(full_order(kind=RepairKind.BEYOND_REPAIR))


async def rework(shop: Shop) -> Handle:
    """
    A full order that is sent back once.
    """
    return await shop.start(with_verdicts(_warranty_order(work=REWORK), False, True))


async def replaced(shop: Shop) -> Handle:
    """
    A device that fails too often and is replaced.
    """
    return await shop.start(with_verdicts(_warranty_order(work=REWORK, max_reworks=1), False, False))


async def refunded(shop: Shop) -> Handle:
    """
    A device that fails too often and whose worth is paid.
    """
    order = _warranty_order(work=REWORK, max_reworks=0, replaceable=False)
    return await shop.start(with_verdicts(order, False))


async def escalated(shop: Shop) -> Handle:
    """
    A deadline that passes.
    """
    hang = Fault("repair", attempts=1, hang_seconds=1, fails=False)
    return await shop.start(_warranty_order(work=WorkProfile(deadline_seconds=0.2), faults=(hang,)))


async def failed(shop: Shop) -> Handle:
    """
    A charge that is refused, and all that came before undone.
    """
    handle = await shop.start(full_order(faults=(Fault("charge", permanent=True),)))
    await approve(handle, 12_000)
    return handle


async def cancelled(shop: Shop) -> Handle:
    """
    A client who changes their mind during the repair.
    """
    hang = Fault("repair", attempts=1, hang_seconds=1.5, fails=False)
    handle = await shop.start(_warranty_order(faults=(hang,)))
    await until_stage(handle, "repair")
    await handle.signal("cancel", "found another shop")
    return handle


async def inspection(shop: Shop) -> Handle:
    """
    The inspection of a full order.
    """
    order = _warranty_order()
    await shop.take(order)
    return shop.client.get_workflow_handle(f"inspection-{order.order_id}-0")


async def warranty(shop: Shop) -> Handle:
    """
    A warranty with a claim, and one that begins its history anew.
    """
    order = _warranty_order(limits=Limits(warranty_seconds=5, claims_per_run=2))
    await shop.take(order)
    handle = shop.client.get_workflow_handle(f"warranty-{order.order_id}")
    await handle.signal("claim", Claim("1", "broke again"))

    await until(lambda: _exists(shop, f"repair-{order.order_id}-claim-1"), "the claim has its order")
    return handle


async def lost_inspection(shop: Shop) -> Handle:
    """
    An inspection that somebody terminates once it has its inspector.
    """
    hang = Fault("inspect_item", attempts=1, hang_seconds=1, fails=False)
    order = _warranty_order(faults=(hang,))
    handle = await shop.start(order)

    async def has_inspector() -> bool:
        return "assign_inspector" in await shop.done(order.order_id)

    await until(has_inspector, "the inspection has its inspector")
    await shop.client.get_workflow_handle(f"inspection-{order.order_id}-0").terminate()
    return handle


async def unanswered_escalation(shop: Shop) -> Handle:
    """
    An escalation whose attempts all have their effect and no answer, on a clock that skips the waits between them.
    """
    skipping = replace(shop, client=TimeSkipper(shop.client).client)
    hang = Fault("repair", attempts=1, hang_seconds=1, fails=False)
    faults = (hang, Fault("escalate", after_effect=True))
    return await skipping.start(_warranty_order(work=WorkProfile(deadline_seconds=0.2), faults=faults))


PATHS: dict[str, Callable[[Shop], Awaitable[Handle]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        *(light, light_rework, paid, declined, expired, beyond_repair, rework, replaced, refunded),
        *(escalated, failed, cancelled, inspection, warranty, lost_inspection, unanswered_escalation),
    )
}
# The first flow of which a path was recorded, where it is not flow 1.
FIRST_FLOWS = {"lost-inspection": 3, "unanswered-escalation": 3}


def _warranty_order(**fields: Any) -> RepairOrder:
    return replace(full_order(**fields), kind=RepairKind.WARRANTY)


async def _exists(shop: Shop, workflow: str) -> bool:
    return any([True async for _ in shop.client.list_workflows(f"WorkflowId = '{workflow}'")])


async def record(server: Server, folder: Path, paths: dict[str, Callable[[Shop], Awaitable[Handle]]]) -> None:
    """
    Take one order through each path and write its history.
    """
    client = await Client.connect(server.address, identity="counter")
    url = f"sqlite://{server.folder}/ledger.db"
    async with open_shop(client, "histories", url, identity="workshop", eager_activities=False) as shop:
        for name, path in paths.items():
            handle = await path(shop)
            await handle.result()
            history = json.loads((await handle.fetch_history()).to_json())
            text = json.dumps(_without_places(history), indent=1)
            (folder / f"{FLOW}-{name}.json").write_text(f"{text}\n", encoding="utf-8")


def _without_places(value: Any) -> Any:
    # Stack traces name files of the machine that recorded them, and no replay reads them.
    if isinstance(value, dict):
        return {key: _without_places(inner) for key, inner in value.items() if key != "stackTrace"}
    if isinstance(value, list):
        return [_without_places(inner) for inner in value]
    return value


def main() -> None:
    """
    Write the histories of the current flow.
    """
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        asyncio.run(record(server, FOLDER, PATHS))
    sys.stdout.write(f"recorded {len(PATHS)} histories of flow {FLOW} in worker/tests/histories\n")
    process_exit.leave(0)


if __name__ == "__main__":
    main()
