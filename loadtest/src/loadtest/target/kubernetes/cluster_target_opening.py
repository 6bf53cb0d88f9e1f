"""
The workers of a cluster while a sweep has them: nobody else scales them, and at the end they have the count that was
found, also after a failure.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from loadtest.errors import TargetError
from loadtest.plan import Plan
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.held_leases import Hold, hold
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.lease import Lease


@contextlib.asynccontextmanager
async def open_target(
    api: Api, place: ClusterPlace, plan: Plan, guards: Sequence[Lease]
) -> AsyncIterator[KubernetesTarget]:
    """
    Take the workers over for a sweep, and restore their replica count at the end.

    Args:
        api: The cluster.
        place: Where the parts of the sweep are.
        plan: Plan of the run.
        guards: Leases that are held during the sweep; the first one keeps the replica count.

    Raises:
        InputError: The workers cannot be taken; nothing was changed.
        TargetError: The cluster does not answer or does not allow it.
    """
    target = await asyncio.to_thread(KubernetesTarget, api, place, plan)
    async with hold(*guards) as held:
        target.hold = held
        found = await asyncio.to_thread(target.count.read)
        original = await asyncio.to_thread(guards[0].note, found)
        sampling = asyncio.create_task(target.sample_usage())
        try:
            yield target
        finally:
            try:
                sampling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await sampling
            finally:
                # Whatever happened to the sampling; shielded, as a second signal must not leave the workers as they
                # are.
                await asyncio.shield(_restore(target, held, original))


async def _restore(target: KubernetesTarget, held: Hold, original: int) -> None:
    if held.lost is not None:
        return  # the count is another sweep's now
    try:
        await asyncio.to_thread(target.count.bring_back, original)
    except TargetError:
        held.keeps = True
        raise
