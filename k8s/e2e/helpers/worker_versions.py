"""
What Temporal's worker controller says of the workers' versions, and what the server says of the orders'.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from forwarded_frontend import frontend
from kit_commands import WORKERS, Kit
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client, WorkflowExecution

NAMESPACE = "repair-shop"
# What the controller calls the workers' deployment on the server.
DEPLOYMENT = f"{NAMESPACE}/{WORKERS}"
BUILD = "temporal.io/build-id"
# Values that make another version of the workers, and change nothing else. One that was current within the last hour would not ramp up.
SECOND = f"podAnnotations: {{made-at: '{int(time.time())}'}}"


@dataclass(frozen=True, slots=True)
class Order:
    """
    An order, or another workflow of the workers, that the server knows.

    Attributes:
        build: Build id of the version on which it ran.
        started: Time of the start.
        status: Status of its workflow, such as ``COMPLETED``.
    """

    build: str
    started: datetime
    status: str


def rollout(kit: Kit) -> dict[str, Any]:
    """
    Return the status of the WorkerDeployment, empty before its controller has looked.
    """
    found: dict[str, Any] = kit.get("workerdeployment", WORKERS, "--namespace", NAMESPACE)
    status: dict[str, Any] = found.get("status") or {}
    return status


def current(kit: Kit) -> str:
    """
    Return the build id of the current version, empty where there is none.
    """
    return str((rollout(kit).get("currentVersion") or {}).get("buildID", ""))


def target(kit: Kit) -> str:
    """
    Return the build id of the version that was asked for.
    """
    return str((rollout(kit).get("targetVersion") or {}).get("buildID", ""))


def ramp(kit: Kit) -> float | None:
    """
    Return the share of new orders, in percent, that the version asked for receives; ``None`` while it does not ramp.
    """
    share = (rollout(kit).get("targetVersion") or {}).get("rampPercentage")
    return None if share is None else float(share)


def made(kit: Kit) -> dict[str, Any]:
    """
    Return the Deployment of each version by its build id.
    """
    found = kit.get("deployments", "--namespace", NAMESPACE, "--selector", BUILD)["items"]
    return {one["metadata"]["labels"][BUILD]: one for one in found}


def pods(kit: Kit, build: str) -> list[str]:
    """
    Return the names of a version's pods, those that end included.
    """
    found = kit.get("pods", "--namespace", NAMESPACE, "--selector", f"{BUILD}={build}")["items"]
    return [one["metadata"]["name"] for one in found]


async def gate_of(build: str) -> tuple[Order, datetime | None]:
    """
    Ask the server for the workflow at a version's gate, and when it ended.
    """
    with frontend() as address:
        client = await Client.connect(address)
        found = await client.get_workflow_handle(f"test-{DEPLOYMENT}:{build}-repair-shop").describe()
        return _order(found), found.close_time


async def current_since() -> tuple[str, datetime]:
    """
    Ask the server which version receives new orders, and since when.
    """
    with frontend() as address:
        client = await Client.connect(address)
        found = await client.workflow_service.describe_worker_deployment(
            DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
        )
    routing = found.worker_deployment_info.routing_config
    since = routing.current_version_changed_time.ToDatetime(UTC)
    return routing.current_deployment_version.build_id, since


async def orders_of(prefix: str) -> dict[str, Order]:
    """
    Ask the server for the orders whose names have a prefix, by name.
    """
    with frontend() as address:
        client = await Client.connect(address)
        found = client.list_workflows(f"WorkflowId STARTS_WITH 'repair-{prefix}'")
        return {one.id.removeprefix("repair-"): _order(one) async for one in found}


def _order(found: WorkflowExecution) -> Order:
    return Order(
        str(found.search_attributes["TemporalWorkerDeploymentVersion"][0]).rpartition(":")[2],
        found.start_time,
        found.status.name if found.status is not None else "",
    )
