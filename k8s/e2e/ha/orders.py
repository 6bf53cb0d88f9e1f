"""
Brings orders at a constant rate from within the cluster and waits for their ends; runs in a pod, by itself.
"""

import asyncio
import json
import sys

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

QUEUE = "repair-shop"


async def one(client: Client, name: str, after: float) -> str:
    """
    Bring one order; the SDK tries again while the frontend is away.
    """
    await asyncio.sleep(after)
    given = {"order_id": name, "work": {"seconds": 0.1}}
    handle = await client.start_workflow("RepairWorkflow", given, id=f"repair-{name}", task_queue=QUEUE)
    result = await handle.result()
    return str(result["outcome"])


async def main(prefix: str, rate: float, seconds: float) -> None:
    """
    Print what became of the orders, as one line of JSON.
    """
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    print("started", flush=True)
    names = [f"{prefix}-{number}" for number in range(int(rate * seconds))]
    ends = await asyncio.gather(
        *(one(client, name, number / rate) for number, name in enumerate(names)), return_exceptions=True
    )
    print(json.dumps({name: repr(end) for name, end in zip(names, ends, strict=True)}))


asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
