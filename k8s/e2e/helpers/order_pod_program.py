"""
Brings orders at a constant rate from within the cluster and waits for their ends; runs in a pod, by itself.
"""

import asyncio
import json
import sys
import time

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

QUEUE = "repair-shop"
# How long a caller asks on when the frontend that it spoke to has gone; the SDK itself asks on for ten seconds.
PATIENCE_SECONDS = 900.0


async def one(client: Client, name: str, after: float, work_seconds: float) -> tuple[str, int]:
    """
    Bring one order and wait for its end, as a caller does whose connection may break.

    Returns:
        The outcome, and how often the caller had to ask again.
    """
    await asyncio.sleep(after)
    given = {"order_id": name, "work": {"seconds": work_seconds}}
    give_up, again = time.monotonic() + PATIENCE_SECONDS, 0
    while True:
        try:
            # Asked again, it is the same order: its id is taken by itself.
            handle = await client.start_workflow(
                "RepairWorkflow",
                given,
                id=f"repair-{name}",
                task_queue=QUEUE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            )
            break
        except WorkflowAlreadyStartedError:
            handle = client.get_workflow_handle(f"repair-{name}")
            break
        except RPCError:
            again += 1
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(1)
    while True:
        try:
            return str((await handle.result())["outcome"]), again
        except RPCError:
            again += 1
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(1)


async def main(prefix: str, rate: float, seconds: float, work_seconds: float) -> None:
    """
    Print what became of the orders, as one line of JSON.
    """
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    print("started", flush=True)
    names = [f"{prefix}-{number}" for number in range(int(rate * seconds))]
    ends = await asyncio.gather(
        *(one(client, name, number / rate, work_seconds) for number, name in enumerate(names)),
        return_exceptions=True,
    )
    print(
        json.dumps(
            {
                name: end if isinstance(end, tuple) else [repr(end), 0]
                for name, end in zip(names, ends, strict=True)
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(float, sys.argv[2:])))
