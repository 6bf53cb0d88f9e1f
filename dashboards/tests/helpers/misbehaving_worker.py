"""
A worker that makes everything happen once that should never happen: ``misbehaving_worker.py ADDRESS METRICS_PORT QUEUE``.

It prints ``done`` when each event has been provoked, and goes on serving its metrics until its standard input ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ListWorkflowExecutionsRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

QUICKLY = timedelta(seconds=5)
CHANGING = "mischief-changing"


@activity.defn
async def works() -> None:
    """
    Do nothing.
    """


@activity.defn
async def works_at_last() -> None:
    """
    Fail once.
    """
    if activity.info().attempt == 1:
        raise ApplicationError("not yet")


@activity.defn
async def ends_in_time_at_last() -> None:
    """
    Take longer than is allowed once.
    """
    if activity.info().attempt == 1:
        await asyncio.sleep(3)


@workflow.defn
class Everything:
    """
    A failing activity, one that is too slow, a local one, and a continuation.
    """

    @workflow.run
    async def run(self, again: bool) -> None:
        """
        Begin.
        """
        await workflow.execute_local_activity(works, start_to_close_timeout=QUICKLY)
        await workflow.execute_activity(
            works_at_last,
            start_to_close_timeout=QUICKLY,
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50)),
        )
        await workflow.execute_activity(ends_in_time_at_last, start_to_close_timeout=timedelta(seconds=1))
        if again:
            workflow.continue_as_new(False)


@workflow.defn
class Fails:
    """
    Ends as failed.
    """

    @workflow.run
    async def run(self) -> None:
        """
        Fail.
        """
        raise ApplicationError("as it should")


@workflow.defn
class Waits:
    """
    Waits to be cancelled, terminated or timed out; each step of it is a workflow task.
    """

    def __init__(self) -> None:
        self._steps = 0

    @workflow.run
    async def run(self) -> None:
        """
        Wait.
        """
        await workflow.wait_condition(lambda: self._steps >= 10)

    @workflow.signal
    def step(self) -> None:
        """
        Make a workflow task.
        """
        self._steps += 1


@workflow.defn(name="Changing")
class Before:
    """
    What the workflow was when it began.
    """

    @workflow.run
    async def run(self) -> None:
        """
        Wait for the change.
        """
        await workflow.sleep(timedelta(hours=1))


@workflow.defn(name="Changing")
class After:
    """
    What its code became while it ran.
    """

    @workflow.run
    async def run(self) -> None:
        """
        Do something else than the history says.
        """
        await workflow.execute_activity(works, start_to_close_timeout=QUICKLY)


def _worker(client: Client, queue: str, changing: type) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[Everything, Fails, Waits, changing],
        activities=[works, works_at_last, ends_in_time_at_last],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=3,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    )


async def _ends(client: Client, queue: str) -> None:
    """
    Every way to end: failed, cancelled, terminated, timed out, continued.
    """
    await client.execute_workflow(Everything.run, True, id="mischief-everything", task_queue=queue)
    failed = await client.start_workflow(Fails.run, id="mischief-fails", task_queue=queue)
    cancelled = await client.start_workflow(Waits.run, id="mischief-cancelled", task_queue=queue)
    terminated = await client.start_workflow(Waits.run, id="mischief-terminated", task_queue=queue)
    timed_out = await client.start_workflow(
        Waits.run, id="mischief-late", task_queue=queue, run_timeout=timedelta(seconds=1)
    )
    await asyncio.sleep(0.3)
    await cancelled.cancel()
    await terminated.terminate()
    for handle in (failed, cancelled, terminated, timed_out):
        try:
            await handle.result()
        except WorkflowFailureError:
            continue
        raise AssertionError(f"{handle.id} ended well")


async def _overflow(client: Client, queue: str) -> None:
    """
    More open workflows than the cache holds, each asked for again after it was pushed out.
    """
    handles = [
        await client.start_workflow(Waits.run, id=f"mischief-many-{number}", task_queue=queue)
        for number in range(6)
    ]
    for _ in range(10):
        for handle in handles:
            await handle.signal(Waits.step)
        await asyncio.sleep(0.1)
    for handle in handles:
        await handle.result()


async def _refusals(client: Client, queue: str) -> None:
    """
    Requests that the server refuses.
    """
    await client.start_workflow(Waits.run, id="mischief-twice", task_queue=queue)
    try:
        await client.start_workflow(Waits.run, id="mischief-twice", task_queue=queue)
    except WorkflowAlreadyStartedError:
        await client.get_workflow_handle("mischief-twice").terminate()
    try:
        await client.get_workflow_handle("mischief-never-started").describe()
    except RPCError:
        return
    raise AssertionError("a workflow that was never started was found")


async def _until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await fact():  # noqa: ASYNC110 - the server tells nobody of it
            await asyncio.sleep(0.2)


async def _has(client: Client, kind: EventType.ValueType) -> bool:
    events = client.get_workflow_handle(CHANGING).fetch_history_events()
    return kind in [event.event_type async for event in events]


async def _sleeps(client: Client) -> bool:
    return await _has(client, EventType.EVENT_TYPE_TIMER_STARTED)


async def _has_failed(client: Client) -> bool:
    return await _has(client, EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED)


async def _too_many(client: Client) -> None:
    """
    Lists of workflows, faster than the server allows, for so long that their rate is seen.
    """
    request = ListWorkflowExecutionsRequest(namespace="default")
    refused = 0
    for _ in range(60):
        try:
            await client.workflow_service.list_workflow_executions(request, retry=False)
        except RPCError as error:
            assert error.status is RPCStatusCode.RESOURCE_EXHAUSTED
            refused += 1
        await asyncio.sleep(0.1)
    assert refused > 10


async def main(address: str, port: str, queue: str) -> None:
    """
    Provoke everything, say so, and wait.
    """
    metrics = PrometheusConfig(
        bind_address=f"127.0.0.1:{port}",
        durations_as_seconds=True,
        unit_suffix=True,
        counters_total_suffix=True,
    )
    client = await Client.connect(
        address, runtime=Runtime(telemetry=TelemetryConfig(logging=None, metrics=metrics))
    )
    async with _worker(client, queue, Before):
        await client.start_workflow("Changing", id=CHANGING, task_queue=queue)
        await _ends(client, queue)
        await _overflow(client, queue)
        await _refusals(client, queue)
        await _too_many(client)
        await client.start_workflow("Nobody", id="mischief-nobody", task_queue=f"{queue}-nobody")
        await _until(lambda: _sleeps(client))
    async with _worker(client, queue, After):
        # An event makes the workflow task in which the changed code is found out; it fails again and again.
        await client.get_workflow_handle(CHANGING).signal("look")
        await _until(lambda: _has_failed(client))
        await asyncio.sleep(2)
        print("done", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await client.get_workflow_handle(CHANGING).terminate()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)
