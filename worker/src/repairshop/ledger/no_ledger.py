"""
The ledger that keeps nothing, for pure load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from repairshop.ledger.ledger_port import Delivery, Effect


class NoLedger:
    """
    Answers as if each delivery were the first and everybody had room.
    """

    async def deliver(self, delivery: Delivery) -> None:
        pass

    async def record(self, delivery: Delivery, value: str) -> str:  # noqa: ARG002 - the port's
        """
        Return the given value.
        """
        return value

    async def assign(
        self,
        delivery: Delivery,  # noqa: ARG002 - the port's
        capacities: Mapping[str, int],
    ) -> str | None:
        """
        Return the preferred person.
        """
        return next(iter(capacities))

    async def undo(self, delivery: Delivery, step: str) -> bool:  # noqa: ARG002 - the port's
        """
        Return that there was an effect, as nothing shows the contrary.
        """
        return True

    async def effects(self, order_id: str | None = None) -> Sequence[Effect]:  # noqa: ARG002 - the port's
        return ()

    async def deliveries(
        self,
        order_id: str | None = None,  # noqa: ARG002 - the port's
    ) -> Sequence[Delivery]:
        return ()

    async def close(self) -> None:
        pass
