"""
Holds Leases while a sweep runs, and gives them back at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from loadtest.errors import TargetError
from loadtest.target.kubernetes.lease import RENEW_SECONDS, Lease, LeaseLostError


class Hold:
    """
    Leases that are held.

    Attributes:
        lost: Why a Lease is no longer held; ``None`` while all are held.
        keeps: Whether the Leases stay after the end, so that the next sweep finds the count that was not restored.
    """

    def __init__(self, *leases: Lease) -> None:
        self._leases = leases
        self.lost: LeaseLostError | None = None
        self.keeps = False

    def demand(self) -> None:
        """
        Refuse to continue once a Lease is lost.

        Raises:
            LeaseLostError: A Lease is lost.
        """
        if self.lost is not None:
            raise self.lost

    async def renew(self) -> None:
        """
        Renew every Lease until cancelled or until one is lost; a cluster that does not answer is asked again.
        """
        while self.lost is None:
            await asyncio.sleep(RENEW_SECONDS)
            for lease in self._leases:
                try:
                    await asyncio.to_thread(lease.renew)
                except LeaseLostError as error:
                    self.lost = error
                except TargetError:
                    continue  # asked again before it expires; a Lease that is lost meanwhile is told by the next answer


@contextlib.asynccontextmanager
async def hold(*leases: Lease) -> AsyncIterator[Hold]:
    """
    Take Leases, renew them while the body runs, and give them back.

    Raises:
        InputError: Another sweep holds one.
    """
    async with contextlib.AsyncExitStack() as stack:
        held = Hold(*leases)
        for lease in leases:
            await asyncio.to_thread(lease.take)
            stack.push_async_callback(_give_back, held, lease)
        renewing = asyncio.create_task(held.renew())
        try:
            yield held
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing


async def _give_back(held: Hold, lease: Lease) -> None:
    if held.lost is None and not held.keeps:
        await asyncio.shield(asyncio.to_thread(lease.give_back))
