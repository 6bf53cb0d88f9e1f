"""
Workers in Python, Go, TypeScript and Java, as `worker/README.md` shows them, are measured right and end as they should.
"""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import Any

import pytest
from bakery_workers import SCENARIO, WORKERS
from sweep_process import Ran, sweep
from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.client import Client, WorkflowHandle

from loadtest.analysis.readings.workflow_counts import SERVER_ACTIVITIES
from loadtest.experiment.clock import SystemClock
from loadtest.experiment.readiness import wait_until_polling
from loadtest.plan import WorkerSetup
from loadtest.probe.task_queue import DescribedQueue
from loadtest.target.local_target import Workers, open_local

pytestmark = pytest.mark.server

QUEUE = "bakery-of-every-language"
PLAN = f"""
name = "bakery"
task_queue = "{QUEUE}"
replicas = [1]
warm_up_seconds = 2
drain_seconds = 40
loads = [{{ kind = "open", arrival_rate = 6, window_seconds = 10 }}]
[work]
seconds = 0.3 # an order takes a second: a hiccup of an injector is a small part of it
[factors]
worker_command = [%s]
"""
# A page is looked at so late at most, on a machine that is busy.
LOOK_SECONDS = 2
LOAVES = 3


@pytest.fixture(scope="module")
def ran(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """
    One sweep over the workers of every language that is installed, one after the other.
    """
    installed = [worker for worker in WORKERS.values() if not worker.missing]
    for worker in installed:
        worker.make()
    here = tmp_path_factory.mktemp("bakery")
    plan = here / "bakery.toml"
    plan.write_text(PLAN % ", ".join(f"'{worker.command}'" for worker in installed), encoding="utf-8")
    return sweep(
        here / "results",
        *(str(plan), "--scenario", str(SCENARIO)),
        *("--address", server.address, "--server-metrics", server.metrics_url),
    )


@pytest.mark.sweep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", WORKERS)
async def test_a_sweep_agrees_with_the_histories(server: Any, ran: Ran, language: str) -> None:
    """Of the step exactly what the histories hold; of the window as many as ended between its two looks."""
    worker = WORKERS[language]
    worker.make()

    mine = ("worker_command", worker.command)
    step = [one for one in ran.sweep["steps"] if mine in one["factors"].items()][-1]
    measured = [one for one in ran.run.read_steps() if mine in one.key.factors][-1]
    whole, window = measured.server_whole, measured.server_window
    assert step["verdict"] == "valid", step["reasons"]
    assert step["activity_slots"] == worker.activity_slots
    (facts,) = measured.workers
    assert (facts.sdk or "").startswith(worker.sdk)
    assert (facts.activity_pollers or 0) > 0
    assert (facts.workflow_pollers or 0) > 0
    assert step["slots_used_ratio"] > 0
    assert step["schedule_to_start_seconds"]["workflow"]["p50"] is not None, step["why"]
    assert whole is not None
    assert window is not None
    orders = f"bake-{ran.folder.name}-{measured.key.folder}-"
    ended = await _ended(await Client.connect(server.address), orders)
    assert step["counts"]["server"] == len(ended["closes"])
    assert (
        round(whole.counters[SERVER_ACTIVITIES]) == len(ended["activities"]) == LOAVES * len(ended["closes"])
    )
    by_page = (len(ended["closes"]), len(ended["activities"])) if worker.has_page else (None, None)
    assert (step["counts"]["worker"], step["counts"]["activities"]) == by_page
    begin = measured.started_at + measured.warm_up_seconds
    end = begin + measured.window_seconds
    seconds = (measured.worker_window or window).seconds
    in_window = {
        "closes": step["closes_per_second"] * seconds,
        "activities": step["throughput_per_second"]["value"] * LOAVES * seconds,
    }
    for kind, times in ended.items():
        surely, at_most = (
            sum(begin + inside <= time < end - inside for time in times)
            for inside in (LOOK_SECONDS, -LOOK_SECONDS)
        )
        assert surely > 30
        assert surely <= round(in_window[kind]) <= at_most, kind


@pytest.mark.parametrize("language", WORKERS)
async def test_a_worker_ends_the_activity_that_it_has_begun(
    tmp_path: Path, task_queue: str, language: str
) -> None:
    """Of a server of the kit's own, scaled away with a loaf in the oven: that comes out at the first attempt."""
    worker = WORKERS[language]
    worker.make()
    how = Workers(tuple(shlex.split(worker.command)), task_queue, "default", WorkerSetup())
    async with open_local(how, tmp_path) as target:
        client = await Client.connect(target.access.address)
        queue = DescribedQueue(client, task_queue)
        await wait_until_polling(await target.scale(1), queue, target.check_alive, SystemClock())
        order = {"loaves": 1, "oven_seconds": 2.0}
        handle = await client.start_workflow("BakeWorkflow", order, id=task_queue, task_queue=task_queue)
        await _until_begun(handle)

        await target.scale(0)

        history = await handle.fetch_history()
        await handle.terminate()
    activities = [event.event_type for event in history.events if event.event_type in ACTIVITY_ENDS]
    assert activities == [EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED], (
        tmp_path / "worker-1.log"
    ).read_text()
    (started,) = (e for e in history.events if e.HasField("activity_task_started_event_attributes"))
    assert started.activity_task_started_event_attributes.attempt == 1


ACTIVITY_ENDS = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
)


async def _until_begun(handle: WorkflowHandle[Any, Any]) -> None:
    async with asyncio.timeout(30):
        while True:
            described = await handle.describe()
            states = [activity.state for activity in described.raw_description.pending_activities]
            if PendingActivityState.PENDING_ACTIVITY_STATE_STARTED in states:
                return
            await asyncio.sleep(0.1)


async def _ended(client: Client, orders: str) -> dict[str, list[float]]:
    ended: dict[str, list[float]] = {"closes": [], "activities": []}
    kinds = {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "closes",
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activities",
    }
    query = f"TaskQueue = '{QUEUE}' AND WorkflowId STARTS_WITH '{orders}'"
    async for execution in client.list_workflows(query):
        history = await client.get_workflow_handle(execution.id).fetch_history()
        for event in history.events:
            kind = kinds.get(event.event_type)
            if kind is not None:
                ended[kind].append(event.event_time.ToNanoseconds() / 1e9)
    return ended
