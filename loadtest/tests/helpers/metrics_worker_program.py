"""
A worker with one /metrics page in the kit's manner, or with the SDK's defaults as a stranger's worker has it.

Run as a program: ``metrics_worker_program.py ADDRESS TASK_QUEUE IDENTITY PORT kit|default``.  It prints ``ready`` when it works
and runs until its standard input ends.
"""

from __future__ import annotations

import asyncio
import http.server
import os
import socket
import sys
import threading
import urllib.request
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prometheus_client import REGISTRY, generate_latest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

ACTIVITIES = 3


@dataclass(frozen=True)
class Work:
    """
    What one workflow does.

    Attributes:
        seconds: Each activity waits as long.
        failures: Failed attempts of the first activity; its retries follow at once.
        fails: The workflow fails at its end.
        waits: It waits for the signal ``go`` in between.
        local: The last activity is a local one.
        again: It continues as a new run.
        expires: The first attempt of its first activity takes longer than it may, so that the server gives it up.
        together: Three activities in place of the second, all at once.
        held_by: A file; the first activity goes on once that is gone.
    """

    seconds: float = 0.0
    failures: int = 0
    fails: bool = False
    waits: bool = False
    local: bool = False
    again: bool = False
    together: bool = False
    expires: bool = False
    held_by: str = ""


@activity.defn
async def work(order: Work) -> None:
    if activity.info().attempt <= order.failures:
        raise ApplicationError("injected")
    if order.expires and activity.info().attempt == 1:
        await asyncio.sleep(3)
    held_by = Path(order.held_by)
    while order.held_by and held_by.exists():  # noqa: ASYNC110  # another process takes it away
        await asyncio.sleep(0.05)
    await asyncio.sleep(order.seconds)


@workflow.defn
class Small:
    def __init__(self) -> None:
        self.gone_on = False

    @workflow.signal
    def go(self) -> None:
        self.gone_on = True

    @workflow.run
    async def run(self, order: Work) -> None:
        timeout = timedelta(seconds=60)
        retry = RetryPolicy(initial_interval=timedelta(milliseconds=10))
        plain = Work(order.seconds)
        if order.waits:
            await workflow.wait_condition(lambda: self.gone_on)
        # A changed process breaks the history: with this set, its code takes another path than the one before.
        if os.environ.get("OTHER_PATH"):
            await workflow.sleep(1)
        first = timedelta(seconds=1) if order.expires else timeout
        await workflow.execute_activity(work, order, start_to_close_timeout=first, retry_policy=retry)
        for _ in range(ACTIVITIES - 2):
            at_once = 3 if order.together else 1
            await asyncio.gather(
                *(
                    workflow.execute_activity(work, plain, start_to_close_timeout=timeout)
                    for _ in range(at_once)
                )
            )
        if order.local:
            await workflow.execute_local_activity(work, plain, start_to_close_timeout=timeout)
        else:
            await workflow.execute_activity(work, plain, start_to_close_timeout=timeout)
        if order.again:
            workflow.continue_as_new(plain)
        if order.fails:
            raise ApplicationError("asked to")


def serve(core: str, port: int) -> None:
    """
    Serve the SDK's page and the process's own as one.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urllib.request.urlopen(f"http://{core}/metrics", timeout=5) as page:
                body = page.read() + generate_latest(REGISTRY)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()


async def main(address: str, task_queue: str, identity: str, port: int, kind: str) -> None:
    if kind == "kit":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            core = f"127.0.0.1:{free.getsockname()[1]}"
        bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0, 60.0]
        metrics = PrometheusConfig(
            bind_address=core,
            counters_total_suffix=True,
            unit_suffix=True,
            durations_as_seconds=True,
            histogram_bucket_overrides={"temporal_activity_schedule_to_start_latency": bounds},
        )
        serve(core, port)
    else:
        metrics = PrometheusConfig(bind_address=f"127.0.0.1:{port}")
    client = await Client.connect(address, runtime=Runtime(telemetry=TelemetryConfig(metrics=metrics)))
    worker = Worker(
        client,
        task_queue=task_queue,
        workflows=[Small],
        activities=[work],
        identity=identity,
        max_concurrent_activities=4,
        disable_eager_activity_execution=True,
        max_cached_workflows=int(os.environ.get("CACHED", "100")),
        workflow_runner=UnsandboxedWorkflowRunner(),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )
    async with worker:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    await asyncio.sleep(0.3)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]))
