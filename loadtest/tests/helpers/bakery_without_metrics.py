"""
The bakery as a plain Python worker that serves no page and has the SDK's own hundred slots.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

sys.path.insert(0, str(Path(__file__).parents[3] / "worker" / "examples" / "bakery"))

from bread import BakeWorkflow, bake


async def main() -> None:
    """
    Work until told to stop.
    """
    runtime = Runtime(telemetry=TelemetryConfig(), worker_heartbeat_interval=timedelta(seconds=2))
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], runtime=runtime)
    worker = Worker(
        client,
        task_queue=os.environ["TEMPORAL_TASK_QUEUE"],
        workflows=[BakeWorkflow],
        activities=[bake],
        disable_eager_activity_execution=True,
    )
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: asyncio.create_task(worker.shutdown())
    )
    await worker.run()


asyncio.run(main())
os._exit(0)
