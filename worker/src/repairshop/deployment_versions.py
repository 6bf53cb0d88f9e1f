"""
Worker Deployment versions: which version receives new orders, and how another version becomes that one.

An order stays on the version on which it began (pinned).
"""

from __future__ import annotations

import asyncio

from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    DescribeWorkerDeploymentResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

# A version is known to the server a moment after its first poll.
REGISTERED_WITHIN_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.5


class PromotionError(Exception):
    """
    The version cannot be made current; the text is the one line to show.
    """


async def why_idle(client: Client, deployment: str, build_id: str) -> str | None:
    """
    Return why a version receives no new orders, or ``None`` where it does.

    Raises:
        RPCError: The server does not answer.
    """
    description = await _describe(client, deployment)
    name = f"version {build_id} of {deployment}"
    if description is None:
        return f"{name} receives no tasks yet: the server has not seen it poll"
    routing = description.worker_deployment_info.routing_config
    current = routing.current_deployment_version.build_id
    ramping = routing.ramping_version_percentage and routing.ramping_deployment_version.build_id
    if build_id in (current, ramping):
        return None
    manager = description.worker_deployment_info.manager_identity
    remedy = (
        f"{manager} rolls its versions out"
        if manager
        else f"`repairshop version promote {build_id}` makes it current"
    )
    seen = {
        summary.deployment_version.build_id: summary
        for summary in description.worker_deployment_info.version_summaries
    }
    if build_id in seen and seen[build_id].HasField("last_current_time"):
        return f"{name} receives no new orders, only those that began on it: {current or 'none'} is current; {remedy}"
    return f"{name} receives no tasks: {current or 'no version'} is current; {remedy}"


async def promote(
    client: Client, deployment: str, build_id: str, *, patience_seconds: float = REGISTERED_WITHIN_SECONDS
) -> str:
    """
    Make a version current, once the server knows it; new orders go to it from then on.

    Args:
        client: Connected client.
        deployment: TEMPORAL_DEPLOYMENT_NAME of the version's workers.
        build_id: TEMPORAL_WORKER_BUILD_ID of the version's workers.
        patience_seconds: How long the server may take to learn of the version's workers.

    Returns:
        The build id that was current before; empty where none was.

    Raises:
        PromotionError: No worker of that version polls, another client manages the versions, or the server refuses.
    """
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=deployment, build_id=build_id, identity=client.identity
    )
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_seconds
    before = await _describe(client, deployment)
    manager = before.worker_deployment_info.manager_identity if before is not None else ""
    if manager not in ("", client.identity):
        raise PromotionError(
            f"version {build_id} of {deployment} cannot be made current: {manager} rolls its versions out, and the server "
            "obeys nobody else; leave it to that, or write `temporal worker deployment manager-identity unset "
            f"--deployment-name {deployment}` first"
        )
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request, retry=True)
        except RPCError as error:
            unknown = error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)
            if not unknown or loop.time() > deadline:
                raise PromotionError(
                    f"version {build_id} of {deployment} cannot be made current: {error.message}; "
                    f"is a worker with TEMPORAL_WORKER_BUILD_ID={build_id} running?"
                ) from error
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        else:
            if before is None:
                return ""
            return before.worker_deployment_info.routing_config.current_deployment_version.build_id


async def _describe(client: Client, deployment: str) -> DescribeWorkerDeploymentResponse | None:
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=deployment)
    try:
        return await client.workflow_service.describe_worker_deployment(request, retry=True)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
