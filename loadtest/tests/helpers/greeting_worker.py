"""
A worker of somebody else's: its own workflow, and the SDK's default metrics (milliseconds, no suffixes).
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@activity.defn
async def greet(name: str) -> str:
    """
    Wait a little and greet.
    """
    await asyncio.sleep(0.25)
    return f"hello {name}"


@workflow.defn(name="Greeting")
class Greeting:
    """
    Two activities.
    """

    @workflow.run
    async def run(self, name: str) -> str:
        """
        Greet twice.
        """
        await workflow.execute_activity(greet, name, start_to_close_timeout=timedelta(seconds=10))
        return await workflow.execute_activity(greet, name, start_to_close_timeout=timedelta(seconds=10))


async def main() -> None:
    """
    Work until told to stop.
    """
    address = f"127.0.0.1:{os.environ['METRICS_PORT']}"
    runtime = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    client = await Client.connect(os.environ["TEMPORAL_ADDRESS"], runtime=runtime)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Worker(
        client,
        task_queue=os.environ["TEMPORAL_TASK_QUEUE"],
        workflows=[Greeting],
        activities=[greet],
        max_concurrent_activities=2,
        disable_eager_activity_execution=True,
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        await stop.wait()
    print("drained", flush=True)


asyncio.run(main())
os._exit(0)
