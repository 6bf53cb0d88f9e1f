"""
The bakery as a plain Python worker that serves the SDK's page, as `worker/README.md` shows it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

sys.path.insert(0, str(Path(__file__).parents[3] / "worker" / "examples" / "bakery"))

from bread import BakeWorkflow, bake


async def main() -> None:
    """
    Work until told to stop.
    """
    port = os.environ["METRICS_PORT"]
    bounds = [0.001 * 1.5**step for step in range(28)]  # 1 ms to 57 s; the SDK's own begin at 100 ms
    metrics = PrometheusConfig(
        bind_address=f"127.0.0.1:{port}",
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
        task_queue=os.environ["TEMPORAL_TASK_QUEUE"],
        workflows=[BakeWorkflow],
        activities=[bake],
        graceful_shutdown_timeout=timedelta(seconds=20),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: asyncio.create_task(worker.shutdown()))
    await worker.run()


asyncio.run(main())
os._exit(0)  # the SDK's threads may crash an interpreter that ends by itself
