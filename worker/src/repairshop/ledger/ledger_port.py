"""
What the activities ask of a ledger, and what it answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class WithdrawnError(Exception):
    """
    The effect was undone already: such a late delivery must not bring it back.
    """


class LedgerAddressError(ValueError):
    """
    An address names no ledger of the shop; the text is the one line to show, and holds no part of the address but its
    kind.
    """


class LedgerUnavailableError(Exception):
    """
    A ledger cannot be opened or used; the text is the one line to show, and holds no password.
    """


@dataclass(frozen=True, slots=True)
class Delivery:
    """
    One attempt of an activity that reached a worker.

    Attributes:
        order_id, step, round: Key of the delivery's effect.
        attempt: Number of the attempt, from 1.
        worker: Identity of the worker.
        detail: What the attempt found at its start, such as the progress of an earlier attempt.
        at: Unix time when the delivery was noted; 0 before.
    """

    order_id: str
    step: str
    round: int
    attempt: int = 1
    worker: str = ""
    detail: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What a step changed in the world, once.

    Attributes:
        order_id, step, round: Key of the effect.
        value: Value that was decided, such as a technician's name.
        undone: Whether a compensation undid the effect.
        at: Unix time when the effect was noted.
    """

    order_id: str
    step: str
    round: int
    value: str
    undone: bool = False
    at: float = 0.0


class Ledger(Protocol):
    """
    Keeps effects, one for each key of (order, step, round), and every delivery.
    """

    async def deliver(self, delivery: Delivery) -> None:
        """
        Note a delivery without an effect.
        """
        ...

    async def record(self, delivery: Delivery, value: str) -> str:
        """
        Note a delivery, and its effect unless the key already has one.

        Returns:
            The value of the recorded effect: the given one, or that of the first delivery.

        Raises:
            WithdrawnError: The effect was undone already.
        """
        ...

    async def assign(self, delivery: Delivery, capacities: Mapping[str, int]) -> str | None:
        """
        Note a delivery and give the order to the least busy person with room.

        Args:
            delivery: Delivery whose step is the kind of assignment that is counted.
            capacities: Number of open orders that each person can hold, the preferred person first.

        Returns:
            Name of the person who has the order, or ``None`` when nobody has room.

        Raises:
            WithdrawnError: The assignment was undone already.
        """
        ...

    async def undo(self, delivery: Delivery, step: str) -> bool:
        """
        Note the delivery of a compensation and undo the effect of *step*.

        A later delivery of *step* is refused.

        Returns:
            Whether there was an effect, now or at an earlier delivery.
        """
        ...

    async def effects(self, order_id: str | None = None) -> Sequence[Effect]:
        """
        Return the effects of one order or of all, oldest first.

        Raises:
            LedgerUnavailableError: The ledger cannot be read.
        """
        ...

    async def deliveries(self, order_id: str | None = None) -> Sequence[Delivery]:
        """
        Return the deliveries of one order or of all, oldest first.

        Raises:
            LedgerUnavailableError: The ledger cannot be read.
        """
        ...

    async def close(self) -> None:
        """
        Close connections and files.
        """
        ...
