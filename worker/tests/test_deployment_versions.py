"""
Two versions of the worker side by side: an order ends on the one it began on.
"""

from __future__ import annotations

import pytest
from processes import StartWorker, WorkerProcess, wait_until
from shop import new_order, start_order
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentManagerRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from repairshop import deployment_versions
from repairshop.contract import RepairResult, WorkProfile

pytestmark = pytest.mark.server
# Long enough that an order is open while the other version is promoted.
SLOW = WorkProfile(seconds=1.0)


def version(start_worker: StartWorker, deployment: str, build_id: str) -> WorkerProcess:
    """
    Start a worker process of that version and wait until it polls.
    """
    environ = {"TEMPORAL_DEPLOYMENT_NAME": deployment, "TEMPORAL_WORKER_BUILD_ID": build_id}
    return start_worker(identity=f"version-{build_id}", environ=environ).wait_ready()


async def workers_of(handle: WorkflowHandle[object, RepairResult]) -> set[str]:
    """
    Return the identities that took any task of the order.
    """
    history = await handle.fetch_history()
    return {
        started.identity
        for event in history.events
        for started in (
            event.workflow_task_started_event_attributes,
            event.activity_task_started_event_attributes,
        )
        if started.identity
    }


async def test_orders_end_on_the_version_they_began_on(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Orders started on version 1 finish on a version 1 worker while new ones go to version 2, and each worker
    says in /readyz and in its log what it receives.
    """
    first = version(start_worker, task_queue, "1")
    wait_until(
        lambda: (
            first.get("/readyz")[1]
            == f"ok\nversion 1 of {task_queue} receives no tasks: no version is current; "
            "`repairshop version promote 1` makes it current\n"
        ),
        "version 1 says that it receives no tasks",
    )

    assert await deployment_versions.promote(client, task_queue, "1") == ""
    wait_until(lambda: first.get("/readyz") == (200, "ok\n"), "version 1 says that it receives orders")
    second = version(start_worker, task_queue, "2")
    wait_until(
        lambda: "receives no tasks: 1 is current" in second.get("/readyz")[1], "version 2 says that it waits"
    )

    old = [await start_order(client, task_queue, new_order(work=SLOW)) for _ in range(3)]
    wait_until(lambda: "repairshop_activities_total{" in first.get("/metrics")[1], "version 1 has begun")
    assert await deployment_versions.promote(client, task_queue, "2") == "1"
    new = [await start_order(client, task_queue, new_order()) for _ in range(3)]

    assert [(await handle.describe()).status for handle in old] == [WorkflowExecutionStatus.RUNNING] * 3
    assert [(await handle.result()).outcome for handle in new + old] == ["settled"] * 6
    assert [await workers_of(handle) for handle in old] == [{"version-1"}] * 3
    assert [await workers_of(handle) for handle in new] == [{"version-2"}] * 3
    wait_until(
        lambda: (
            "receives no new orders, only those that began on it: 2 is current" in first.get("/readyz")[1]
        ),
        "version 1 says that it only ends what it began",
    )
    assert first.errors.count("receives no tasks: no version is current") == 1
    assert "receives no new orders" in first.errors
    assert first.get("/readyz")[0] == 200
    assert "repairshop_version_receives_new_orders 0.0" in first.get("/metrics")[1]
    assert (first.end(), second.end()) == (0, 0)


async def test_a_version_without_a_worker_is_not_promoted(client: Client, task_queue: str) -> None:
    """
    New orders never go where nobody takes them; the message says what to start.
    """
    with pytest.raises(
        deployment_versions.PromotionError, match="is a worker with TEMPORAL_WORKER_BUILD_ID=7 running"
    ):
        await deployment_versions.promote(client, task_queue, "7", patience_seconds=1)


async def test_who_manages_the_versions_is_named(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Where a controller rolls versions out, a waiting version names it, and a promotion is refused at once.
    """
    first = version(start_worker, task_queue, "1")
    await deployment_versions.promote(client, task_queue, "1")
    await client.workflow_service.set_worker_deployment_manager(
        SetWorkerDeploymentManagerRequest(
            namespace=client.namespace,
            deployment_name=task_queue,
            manager_identity="controller/7",
            identity=client.identity,
        )
    )
    second = version(start_worker, task_queue, "2")

    wait_until(
        lambda: (
            "receives no tasks: 1 is current; controller/7 rolls its versions out" in second.get("/readyz")[1]
        ),
        "version 2 says whom it waits for",
    )
    with pytest.raises(deployment_versions.PromotionError, match="controller/7 rolls its versions out"):
        await deployment_versions.promote(client, task_queue, "2")
    assert (first.end(), second.end()) == (0, 0)


async def test_without_both_names_versioning_is_off(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    An unversioned worker takes orders at once and says nothing of versions.
    """
    worker = start_worker().wait_ready()
    handle = await start_order(client, task_queue, new_order())

    assert (await handle.result()).outcome == "settled"
    assert worker.get("/readyz") == (200, "ok\n")
    description = await handle.describe()
    assert not description.raw_description.workflow_execution_info.HasField("versioning_info")
