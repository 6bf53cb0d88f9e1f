"""
Every metric of the catalogue is on a real page once its event has come, with the labels and type that it names.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from metrics_worker import StartWorker
from temporalio.api.enums.v1.workflow_pb2 import PENDING_ACTIVITY_STATE_STARTED
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollActivityTaskQueueRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError

from loadtest.catalogue import ALL, BY_KEY, MONITORING_METRICS, STEP_METRICS, Metric, MetricKind
from loadtest.free_ports import free_ports
from loadtest.injector.launch import InjectorPlace, launch
from loadtest.plan import Arrivals, Work, WorkerSetup
from loadtest.probe.http_page import fetch
from loadtest.results.step_instruction import StepInstruction
from loadtest.target.local_target import LocalTarget, Workers
from loadtest.target.local_worker_command import OWN_WORKER

LINE = re.compile(r"^(\w+)(?:\{(.*)\})? \S+$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def wrong(metrics: Iterable[Metric], pages: Mapping[str, str]) -> list[str]:
    """
    Tell which metrics the pages of their role do not bear out, and how.
    """
    series: dict[str, dict[str, list[dict[str, str]]]] = {}
    types: dict[tuple[str, str], str] = {}
    for role, text in pages.items():
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                types[role, name] = kind
            elif found := LINE.match(line):
                name, labels = found.groups()
                series.setdefault(role, {}).setdefault(name, []).append(dict(LABEL.findall(labels or "")))
    problems = []
    for metric in metrics:
        lines = [
            labels
            for labels in series[metric.role].get(metric.series[-1], [])
            if all(labels.get(label) == value for label, value in metric.where)
        ]
        if not lines:
            problems.append(f"{metric.key}: no {metric.series[-1]} {dict(metric.where) or ''}")
        elif types.get((metric.role, metric.name), metric.kind) != metric.kind:
            problems.append(f"{metric.key}: {metric.name} is a {types[metric.role, metric.name]}")
        elif not any(set(metric.labels) <= labels.keys() for labels in lines):
            problems.append(f"{metric.key}: no line has all of {metric.labels}; one has {sorted(lines[0])}")
    return problems


def test_keys_are_unique_and_events_are_told() -> None:
    """
    No two metrics share a key, and what appears on an event says which; what is always there names none.
    """
    assert len(BY_KEY) == len(ALL)
    assert [m.key for m in ALL if (m.event is not None) != (m.presence == "on event")] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            {"name": "temporal_workflow_complete_total"}, "no temporal_workflow_complete_total", id="name"
        ),
        pytest.param({"labels": ("workflow",)}, "no line has all of ('workflow',)", id="label"),
        pytest.param({"kind": MetricKind.GAUGE}, "is a counter", id="type"),
        pytest.param({"where": (("namespace", "other"),)}, "'other'", id="label's value"),
    ],
)
def test_a_wrong_entry_is_told(change: dict[str, Any], told: str) -> None:
    """
    A metric that is misspelt, has another label, type or label value is found by the check below.
    """
    page = (
        "# TYPE temporal_workflow_completed_total counter\n"
        'temporal_workflow_completed_total{namespace="default",service_name="s",task_queue="q",workflow_type="w"} 1'
    )
    metric = BY_KEY["worker.workflow_completed"]

    assert wrong([metric], {"worker": page}) == []
    (problem,) = wrong([replace(metric, **change)], {"worker": page})
    assert told in problem


@pytest.mark.server
@pytest.mark.timeout(300)
async def test_every_metric_is_on_a_running_stack(
    server: Any, client: Client, task_queue: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    After each event has been provoked, pages of server, workers and injector hold every metric of the catalogue.
    """
    small = await start_worker(CACHED="1")
    shop = LocalTarget(
        Workers(OWN_WORKER, f"{task_queue}-shop", "default", WorkerSetup(activity_slots=4)),
        tmp_path,
        {server.address: server.access},
        None,
    )
    (metrics_port,) = free_ports(1)
    try:
        (repair,) = await shop.scale(1)
        async with launch(
            server.access, injectors=1, logs=tmp_path, place=InjectorPlace(metrics_port=metrics_port)
        ) as injectors:
            await asyncio.gather(
                provoke(client, task_queue, small.url),
                injectors.run(instruction(f"{task_queue}-shop"), lambda _: None),
            )
            # The same ids again: every start fails.
            await injectors.run(instruction(f"{task_queue}-shop"), lambda _: None)
            injector_page = await page(f"http://127.0.0.1:{metrics_port}/metrics")
        before_the_change = await page(small.url)
        changed = await provoke_non_determinism(client, task_queue, small.kill, start_worker)
        assert repair.metrics_url is not None
        pages = {
            "worker": before_the_change + changed + await page(repair.metrics_url),
            "server": await page(server.metrics_url),
            "injector": injector_page,
        }
    finally:
        await shop.end()

    # The sweep's own metric and those of Prometheus and a cluster's exporters are served by no process of the
    # stack; no server refuses requests here.  A watched stack shows these in the dashboards' tests.
    refusals = (BY_KEY["server.resource_exhausted"], BY_KEY["server.persistence_exhausted"])
    elsewhere = {*STEP_METRICS, *MONITORING_METRICS, *refusals}
    assert wrong([metric for metric in ALL if metric not in elsewhere], pages) == []
    assert 'failure_reason="NonDeterminismError"' in pages["worker"]


async def page(url: str) -> str:
    return (await asyncio.to_thread(fetch, url, url)).decode()


def instruction(task_queue: str) -> StepInstruction:
    """
    Instructs to start a few repair orders, some with activities that fail and are tried again.
    """
    return StepInstruction(
        step="1",
        id_prefix=f"{task_queue}-order",
        scenario="repair",
        task_queue=task_queue,
        seed=1,
        schedule_seed="1",
        work=Work(seconds=0.01, failure_probability=0.2),
        arrival_rate=10.0,
        in_flight=None,
        arrivals=Arrivals(),
        start_at=time.time() + 0.7,
        warm_up_seconds=0.0,
        window_seconds=1.0,
        drain_seconds=30.0,
        max_in_flight=100,
        end_to_end_bound_seconds=None,
    )


async def provoke(client: Client, task_queue: str, url: str) -> None:
    """
    Make each event come once that a single worker can see.
    """
    numbers = iter(range(100))

    async def start(queue: str = task_queue, **order: Any) -> WorkflowHandle[Any, Any]:
        timeout = order.pop("timeout", None)
        name = f"{task_queue}-{next(numbers)}"
        return await client.start_workflow(
            "Small", order, id=name, task_queue=queue, execution_timeout=timeout
        )

    # Nobody works there: tasks are written to the backlog, and a workflow runs out of time.
    late = await start(f"{task_queue}-nobody", timeout=timedelta(seconds=1))
    ends = [await start(), await start(failures=1), await start(fails=True), await start(again=True)]
    ends += [await start(local=True), await start(expires=True)]
    # Three workflows and a cache for one: the others are pushed out and come back by replay.
    waiting = [await start(waits=True) for _ in range(3)]
    for handle in waiting:
        await until(functools.partial(has_begun, handle))
    for handle in waiting:
        await handle.signal("go")
    cancelled, terminated = await start(waits=True), await start(seconds=3)
    await cancelled.cancel()
    # Its activity reports to a workflow that is closed: a request of the worker fails.
    await until(lambda: runs_an_activity(terminated))
    await terminated.terminate()
    with pytest.raises(RPCError):  # an error of the service
        await client.get_workflow_handle(f"{task_queue}-none").describe()
    # A poll that ends without a task, a second before its client would give up.
    await client.workflow_service.poll_activity_task_queue(
        PollActivityTaskQueueRequest(
            namespace="default", task_queue=TaskQueue(name=f"{task_queue}-empty"), identity="test"
        ),
        timeout=timedelta(seconds=3),
    )
    for handle in (*ends, *waiting, cancelled, terminated, late):
        with contextlib.suppress(WorkflowFailureError):  # the event that was asked for
            await handle.result()
    await until(lambda: shows(url, "temporal_request_failure_total{"))
    await asyncio.sleep(1.1)  # some of the server's counters are written once a second


async def provoke_non_determinism(
    client: Client, task_queue: str, kill: Any, start_worker: StartWorker
) -> str:
    """
    Let a worker with other code go on with an open workflow, and return its page once it has found out.
    """
    handle = await client.start_workflow(
        "Small", {"seconds": 60}, id=f"{task_queue}-changed", task_queue=task_queue
    )
    await until(lambda: runs_an_activity(handle))
    await kill()
    other = await start_worker(OTHER_PATH="1")
    await handle.signal("go")
    await until(lambda: shows(other.url, "NonDeterminismError"))
    await handle.terminate()
    return await page(other.url)


async def has_begun(handle: WorkflowHandle[Any, Any]) -> bool:
    # Its start, and the scheduling, start and completion of its first task.
    return (await handle.describe()).history_length >= 4


async def runs_an_activity(handle: WorkflowHandle[Any, Any]) -> bool:
    pending = (await handle.describe()).raw_description.pending_activities
    return any(activity.state == PENDING_ACTIVITY_STATE_STARTED for activity in pending)


async def shows(url: str, text: str) -> bool:
    return text in await page(url)


async def until(fact: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await fact():  # noqa: ASYNC110 - other processes have no event to wait for
            await asyncio.sleep(0.1)
