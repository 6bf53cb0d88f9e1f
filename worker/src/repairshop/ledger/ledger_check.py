"""
Whether the books are in order: no order lost, doubled or left open.

It is a function of what the ledger holds, and of the started orders where they are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from repairshop.ledger.ledger_port import Delivery, Effect
from repairshop.order_steps import CLOSING, UNDONE_BY, OrderStep

# Steps that happen once in the life of an order, in however many rounds.
_ONCE = (
    OrderStep.REGISTER,
    OrderStep.ASSIGN_TECHNICIAN,
    OrderStep.CHARGE,
    OrderStep.REPLACE,
    OrderStep.REIMBURSE,
)

# Steps that an order leaves that was refused at the counter and so never began.
_REFUSED = (OrderStep.REGISTER, OrderStep.WITHDRAW_REGISTRATION)


@dataclass(frozen=True, slots=True)
class LedgerState:
    """
    The state of the ledger.

    Attributes:
        orders: Number of orders that were seen.
        settled: Number of orders that are closed, with the device handed back.
        withdrawn: Number of orders whose steps were all undone.
        lost: Orders that were started, or left a trace, and are not registered.
        doubled: Orders of which a step happened twice.
        left_open: Orders that are registered and neither closed nor completely undone.
        deliveries, effects: Number of each; a step that is delivered twice has one effect.
    """

    orders: int
    settled: int
    withdrawn: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    left_open: tuple[str, ...]
    deliveries: int
    effects: int

    @property
    def in_order(self) -> bool:
        """
        Whether no order is lost, doubled or left open.
        """
        return not (self.lost or self.doubled or self.left_open)


def check(
    effects: Sequence[Effect], deliveries: Sequence[Delivery], started: Iterable[str] = ()
) -> LedgerState:
    """
    Count how each order ended.

    Args:
        effects, deliveries: All effects and deliveries that the ledger holds.
        started: Ids of orders that were started, as far as another source knows them.
    """
    by_order: dict[str, list[Effect]] = defaultdict(list)
    traces = (delivery.order_id for delivery in deliveries if delivery.step not in _REFUSED)
    for order_id in (*started, *traces):
        by_order[order_id] = []
    for effect in effects:
        by_order[effect.order_id].append(effect)

    lost, doubled, left_open, settled, withdrawn = [], [], [], 0, 0
    for order_id, own in sorted(by_order.items()):
        live = [effect for effect in own if not effect.undone]
        closings = [effect for effect in live if effect.step in CLOSING]
        is_withdrawn = any(effect.step == OrderStep.WITHDRAW_REGISTRATION for effect in own)
        if not any(effect.step == OrderStep.REGISTER for effect in own):
            lost.append(order_id)
        if _is_doubled(own, live, closings, is_withdrawn):
            doubled.append(order_id)
        if is_withdrawn:
            withdrawn += 1
            if any(effect.step in UNDONE_BY for effect in live):
                left_open.append(order_id)
        elif closings:
            settled += 1
        elif order_id not in lost:
            left_open.append(order_id)
    return LedgerState(
        len(by_order),
        settled,
        withdrawn,
        tuple(lost),
        tuple(doubled),
        tuple(left_open),
        len(deliveries),
        len(effects),
    )


def _is_doubled(
    own: Sequence[Effect], live: Sequence[Effect], closings: Sequence[Effect], is_withdrawn: bool
) -> bool:
    keys = [(effect.step, effect.round) for effect in own]
    return (
        len(set(keys)) < len(keys)
        or len(closings) > 1
        or (is_withdrawn and bool(closings))
        or any(sum(effect.step == step for effect in live) > 1 for step in _ONCE)
    )
