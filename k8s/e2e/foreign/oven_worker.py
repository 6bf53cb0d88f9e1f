"""
A bakery's worker as its owners wrote it: Temporal's SDK alone, its own queue, slots and port, and none of the kit; runs in a pod, by itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta

from bread import BakeWorkflow, bake
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker


async def main() -> None:
    """
    Bake until told to stop.
    """
    bounds = [0.001 * 1.5**step for step in range(28)]  # 1 ms to 57 s; the SDK's own begin at 100 ms
    metrics = PrometheusConfig(
        bind_address="0.0.0.0:9464",  # a pod's page is read from another pod
        durations_as_seconds=True,
        unit_suffix=True,
        counters_total_suffix=True,
        histogram_bucket_overrides={
            f"{task}_schedule_to_start_latency": bounds for task in ("workflow_task", "activity")
        },
    )
    telemetry = TelemetryConfig(metrics=metrics)
    runtime = Runtime(telemetry=telemetry, worker_heartbeat_interval=timedelta(seconds=5))
    client = await Client.connect(**ClientConfig.load_client_connect_config(), runtime=runtime)
    worker = Worker(
        client,
        task_queue="sourdough",
        workflows=[BakeWorkflow],
        activities=[bake],
        max_concurrent_activities=7,
        graceful_shutdown_timeout=timedelta(seconds=20),
    )
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGTERM, lambda: asyncio.create_task(worker.shutdown())
    )
    await worker.run()


asyncio.run(main())
os._exit(0)  # the SDK's threads may crash an interpreter that ends by itself
