"""
An order's steps, what each leaves to undo, and what of it was undone.

The independent record is the ledger: it is written by the activities, and the workflow never reads it.
"""

from __future__ import annotations

from dataclasses import replace

from shop import REWORK, Shop, full_order, status, until, with_verdicts
from temporalio.client import WorkflowHandle

from repairshop.contract import Fault, Outcome, RepairOrder, RepairResult

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


def long_order(*faults: Fault) -> RepairOrder:
    """
    Return a paid order that is sent back once.
    """
    order = full_order(work=replace(REWORK, deadline_seconds=3600), faults=faults, checklist=("screen",))
    return with_verdicts(order, False, True)


def hanging(step: str, round_: int = 0, *, after_effect: bool = False) -> Fault:
    """
    Return a fault that only hangs, until the test opens the gate.
    """
    return Fault(step, round=round_, attempts=1, hang_seconds=60, fails=False, after_effect=after_effect)


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
    standing = await shop.standing(order.order_id)
    assert standing == [], f"not undone: {standing}"
    # The child undoes what it did; the parent's result tells of its own.
    of_child = len(undone) - len(result.undone)
    assert list(result.undone) == undone[of_child:], f"{result.undone} told, {undone} done"
    assert set(undone[:of_child]) <= {"release_inspector"}, f"the child undid {undone[:of_child]}"
    return undone
