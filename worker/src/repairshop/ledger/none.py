"""
The ledger that keeps nothing, for pure load.
"""

from __future__ import annotations


class NoLedger:
    """
    Answers as if each delivery were the first.
    """

    async def record(self, order_id: str, step: str, round_: int, value: str) -> str:  # noqa: ARG002 - the port's
        """
        Answer the value given.
        """
        return value

    async def close(self) -> None:
        """
        Do nothing.
        """
