"""
Gives new workflows to the version of a run's own workers, on a server that was started for the run.

Nobody else could: the server is new, so none of its versions is current.  A server that runs already is left as it is.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import TargetError
from loadtest.probe.idle_versions import NO_VERSION, Version, told_version, version_of
from loadtest.results.measured_step import CLOCK_SLACK_SECONDS

_TIMEOUT = timedelta(seconds=10)
# A version is known to the server a moment after its first poll.
_KNOWN_WITHIN_SECONDS = 30.0
_AGAIN_SECONDS = 0.5


def version_to_make_current(described: DescribeTaskQueueResponse, since: float) -> Version | None:
    """
    Return the version of the pollers that should get new workflows; ``None`` where it gets them, or is not one.

    Args:
        described: The queue of workflow tasks, with its pollers.
        since: Unix time before which nobody polled who matters: a worker that has ended stays listed for minutes.
    """
    told = described.versioning_info
    current = told_version(told.current_deployment_version, told.current_version)
    polling = {
        version_of(poller)
        for poller in described.pollers
        if poller.last_access_time.ToNanoseconds() / 1e9 >= since - CLOCK_SLACK_SECONDS
    }
    if len(polling) != 1:
        return None
    (mine,) = polling
    if mine == current:
        return None
    # Workers without a version get new workflows once their queue's deployment has no current version.
    return (current[0], "") if mine == NO_VERSION else mine


async def make_current(client: Client, version: Version) -> None:
    """
    Make a version current, once the server knows it.

    Raises:
        TargetError: The server refuses.
    """
    deployment, build = version
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=deployment,
        build_id=build,
        identity=client.identity,
        ignore_missing_task_queues=True,
    )
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _KNOWN_WITHIN_SECONDS
    while True:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request, timeout=_TIMEOUT)
            return
        except RPCError as error:
            unknown = error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION)
            if not unknown or loop.time() > deadline:
                raise TargetError(
                    f"version {build} of {deployment} cannot be made current on the run's own server: {error.message}; "
                    "start the workers without a version"
                ) from error
        await asyncio.sleep(_AGAIN_SECONDS)
