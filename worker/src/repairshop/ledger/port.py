"""
What the activities ask of a ledger.
"""

from __future__ import annotations

from typing import Protocol


class Ledger(Protocol):
    """
    Effects, each once for a key of (order, step, round), and beside them every delivery.
    """

    async def record(self, order_id: str, step: str, round_: int, value: str) -> str:
        """
        Note a delivery, and its effect unless the key has one already.

        Returns:
            The value of the effect that stands: the one given, or that of the first delivery.
        """
        ...

    async def close(self) -> None:
        """
        Let go of connections and files.
        """
        ...
