"""
Settings that a plan varies, as the server and the metrics page of a real worker show them.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable

import pytest
from processes import StartWorker, WorkerProcess, wait_until
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerSlotsInfo
from temporalio.api.workflowservice.v1 import DescribeWorkerRequest, ListWorkersRequest
from temporalio.client import Client

from repairshop.contract import REPAIR_WORKFLOW, RepairOrder, workflow_id

pytestmark = pytest.mark.server


def slots(told: WorkerSlotsInfo) -> int:
    """
    Return how many slots of a kind there are.
    """
    return told.current_available_slots + told.current_used_slots


async def heartbeat(
    client: Client, identity: str, tells_enough: Callable[[WorkerHeartbeat], object]
) -> WorkerHeartbeat:
    """
    Return the first heartbeat of a worker that tells enough; the first ones after its start are empty in parts.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        listed = await client.workflow_service.list_workers(
            ListWorkersRequest(namespace="default", query=f"WorkerIdentity = '{identity}'")
        )
        for worker in listed.workers:
            told = await client.workflow_service.describe_worker(
                DescribeWorkerRequest(namespace="default", worker_instance_key=worker.worker_instance_key)
            )
            beat = told.worker_info.worker_heartbeat
            if tells_enough(beat):
                return beat
        await asyncio.sleep(0.2)
    raise AssertionError(f"no heartbeat of {identity} within 60 s")


async def test_fixed_slots_and_pollers_are_those_that_the_server_is_told(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    What the heartbeat tells of a worker is what it was given.
    """
    worker = start_worker(
        identity=task_queue,
        activity_slots=3,
        workflow_task_slots=7,
        worker_heartbeat_seconds=1,
        activity_pollers=2,
    ).wait_ready()

    beat = await heartbeat(
        client,
        task_queue,
        lambda beat: slots(beat.activity_task_slots_info) and slots(beat.workflow_task_slots_info),
    )

    assert beat.activity_task_slots_info.slot_supplier_kind == "Fixed"
    assert slots(beat.activity_task_slots_info) == 3
    assert slots(beat.local_activity_slots_info) == 3
    assert slots(beat.workflow_task_slots_info) == 7
    assert not beat.activity_poller_info.is_autoscaling
    assert worker.end() == 0


async def test_a_resource_based_worker_with_autoscaling_pollers_says_so(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    It works on orders, and its heartbeat names the supplier and the pollers' kind.
    """
    worker = start_worker(
        identity=task_queue,
        activity_slots=50,
        tuner="resource",
        target_cpu_ratio=1,
        target_memory_ratio=1,
        workflow_pollers="autoscaling",
        activity_pollers="autoscaling",
        worker_heartbeat_seconds=1,
    ).wait_ready()

    beat = await heartbeat(client, task_queue, lambda beat: beat.activity_task_slots_info.slot_supplier_kind)
    order = RepairOrder(f"tuned-{task_queue}")
    result = await client.execute_workflow(
        REPAIR_WORKFLOW, order, id=workflow_id(order.order_id), task_queue=task_queue
    )

    assert beat.activity_task_slots_info.slot_supplier_kind == "ResourceBased"
    assert beat.activity_poller_info.is_autoscaling
    assert result["outcome"] == "settled"
    assert worker.end() == 0


def bounds_of(worker: WorkerProcess, family: str) -> list[str]:
    """
    Return the upper bounds of a histogram on a worker's page, once it has a sample.
    """
    wait_until(lambda: f"{family}_bucket" in worker.get("/metrics")[1], f"{family} has a sample")
    lines = worker.get("/metrics")[1].splitlines()
    return list(
        dict.fromkeys(
            line.split('le="')[1].split('"')[0] for line in lines if line.startswith(f"{family}_bucket")
        )
    )


async def test_exact_bounds_stand_in_the_histograms(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    The share of tasks above an SLO's bound can be counted exactly, as the bound is a bucket's edge.
    """
    worker = start_worker(histogram_bounds="0.2345,75").wait_ready()
    order = RepairOrder(f"bounds-{task_queue}")
    await client.execute_workflow(
        REPAIR_WORKFLOW, order, id=workflow_id(order.order_id), task_queue=task_queue
    )

    bounds = bounds_of(worker, "temporal_activity_schedule_to_start_latency_seconds")

    assert {"0.2345", "75", "60", "0.001"} <= set(bounds)
    assert [float(bound) for bound in bounds] == sorted(float(bound) for bound in bounds)
    assert worker.end() == 0


def test_queue_and_port_come_by_the_names_of_any_worker(
    server: object, task_queue: str, start_worker: StartWorker
) -> None:
    """
    A worker that knows none of our variables and uses the kit's `main` polls the plan's queue at the plan's port.
    """
    worker = start_worker(
        task_queue="",
        health_port="",
        environ={"TEMPORAL_TASK_QUEUE": task_queue, "METRICS_PORT": "0"},
    ).wait_ready()

    assert json.loads(worker.first_line)["task_queue"] == task_queue
    assert worker.end() == 0
