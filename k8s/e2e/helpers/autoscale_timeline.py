"""
Orders at a constant rate from outside the cluster, and what happens meanwhile: replicas, backlog, waits.

It starts, looks and keeps; it judges nothing.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from forwarded_frontend import frontend
from kit_commands import CONTEXT, KUBECONFIG, WORKERS
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from loadtest.errors import TargetError
from loadtest.probe.task_queue import DescribedQueue
from loadtest.target.kubernetes.api import REQUEST_SECONDS, asked, no_answer, open_api

QUEUE = "repair-shop"
LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Look:
    """
    One look at the cluster.

    Attributes:
        at: Seconds since the first order.
        wanted, ready: Replicas asked for by the autoscaler, and ready.
        backlog: Tasks waiting in both queues, ``None`` for a gap.
    """

    at: float
    wanted: int
    ready: int
    backlog: int | None


@dataclass(slots=True)
class AutoscaleTimeline:
    """
    What happened.

    Attributes:
        looks: Looks at the cluster, one every two seconds.
        started, completed: Number of orders that were started, and that completed.
        failures: Failures of orders, in words.
        waits: Schedule-to-start latency of activities, by the server's clock: second of the start, and wait in seconds.
        attempts: Highest attempt of any activity.
    """

    looks: list[Look] = field(default_factory=list)
    started: int = 0
    completed: int = 0
    failures: list[str] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)
    attempts: int = 0


async def drive(
    rate: float, seconds: float, work: dict[str, Any], until_replicas: int, patience: float
) -> AutoscaleTimeline:
    """
    Start orders for some seconds, wait for their ends, then until the workers have shrunk.

    Args:
        rate: Orders per second.
        seconds: Length of the time in which orders are started.
        work: Values of the orders' work profile.
        until_replicas: Replica count to which the workers must shrink at the end.
        patience: Longest time from the last start until all of that has happened, in seconds.
    """
    timeline = AutoscaleTimeline()
    api = open_api(KUBECONFIG, CONTEXT)
    with frontend() as address:
        client = await Client.connect(address)
        queue = DescribedQueue(client, QUEUE)
        prefix = f"autoscale-{int(time.time())}"
        first = time.time()

        def workers() -> Any:
            try:
                with asked(f"get deployments {WORKERS}"):
                    return api.apps.read_namespaced_deployment(
                        WORKERS, "repair-shop", _request_timeout=REQUEST_SECONDS
                    )
            except TargetError as error:
                if no_answer(error):
                    return None
                raise

        async def look() -> None:
            while True:
                found, backlog = await asyncio.gather(asyncio.to_thread(workers), queue.look())
                if found is None:  # a gap: the next look may have an answer
                    await asyncio.sleep(LOOK_SECONDS)
                    continue
                waiting = None if backlog is None else backlog.tasks
                wanted, ready = int(found.spec.replicas or 0), int(found.status.ready_replicas or 0)
                timeline.looks.append(Look(time.time() - first, wanted, ready, waiting))
                await asyncio.sleep(LOOK_SECONDS)

        async def order(number: int) -> None:
            await asyncio.sleep(max(0.0, first + number / rate - time.time()))
            name = f"{prefix}-{number}"
            given = {"order_id": name, "seed": number, "work": work}
            try:
                handle = await client.start_workflow(
                    "RepairWorkflow", given, id=f"repair-{name}", task_queue=QUEUE
                )
                timeline.started += 1
                await handle.result()
                timeline.completed += 1
            except WorkflowFailureError as error:
                timeline.failures.append(f"{name}: {error.cause}")
            except RPCError as error:
                timeline.failures.append(f"{name}: {error}")

        try:
            # In one group, so that a look that fails ends the timeline instead of leaving it without looks.
            async with asyncio.timeout(seconds + patience), asyncio.TaskGroup() as together:
                looking = together.create_task(look())
                await asyncio.gather(*(order(number) for number in range(int(rate * seconds))))
                while not timeline.looks or timeline.looks[-1].wanted > until_replicas:  # noqa: ASYNC110  # a cluster sets no event
                    await asyncio.sleep(LOOK_SECONDS)
                looking.cancel()
        except TimeoutError:
            timeline.failures.append(f"not done {patience:g} s after the last start")
        for number in range(0, int(rate * seconds), 2):
            await _read(client, f"repair-{prefix}-{number}", first, timeline)
    return timeline


async def activity_attempts(client: Client, workflow_id: str) -> list[int]:
    """
    The attempt that ended each activity of an order, in the order of their starts.
    """
    history = client.get_workflow_handle(workflow_id).fetch_history_events()
    return [
        event.activity_task_started_event_attributes.attempt
        async for event in history
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
    ]


async def _read(client: Client, workflow_id: str, first: float, timeline: AutoscaleTimeline) -> None:
    scheduled: dict[int, float] = {}
    async for event in client.get_workflow_handle(workflow_id).fetch_history_events():
        at = event.event_time.ToNanoseconds() / 1e9
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled[event.event_id] = at
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
            started = event.activity_task_started_event_attributes
            timeline.attempts = max(timeline.attempts, started.attempt)
            if started.attempt == 1:
                timeline.waits.append((at - first, at - scheduled[started.scheduled_event_id]))
