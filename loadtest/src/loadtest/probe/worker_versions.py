"""
Which version of workers gets a task queue's new workflows: the pollers of others get none, and on a server that was
started for the run the version of its own workers is made current.

Nobody else could make it so there: the server is new, so none of its versions is current.  A server that runs already is
left as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueResponse,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from loadtest.errors import TargetError
from loadtest.results.measured_step import CLOCK_SLACK_SECONDS

Version = tuple[str, str]
"""
Name of a Worker Deployment, and build id.
"""
_VERSIONED = WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
_UNVERSIONED = "__unversioned__"
# Version of workers without a version.
NO_VERSION: Version = ("", "")
_TIMEOUT = timedelta(seconds=10)
# A version is known to the server a moment after its first poll.
_KNOWN_WITHIN_SECONDS = 30.0
_AGAIN_SECONDS = 0.5


def idle_pollers(described: DescribeTaskQueueResponse, unversioned: Iterable[str] = ()) -> dict[str, str]:
    """
    Return the pollers that get no new workflows, by identity, and why.

    Args:
        described: The queue of workflow tasks, with its pollers.
        unversioned: Further pollers without a version.
    """
    told = described.versioning_info
    current = told_version(told.current_deployment_version, told.current_version)
    receiving = {current}
    if told.ramping_version_percentage:
        receiving.add(told_version(told.ramping_deployment_version, told.ramping_version))
    versions = dict.fromkeys(unversioned, NO_VERSION)
    versions |= {poller.identity: version_of(poller) for poller in described.pollers}
    return {
        identity: _why(version, current) for identity, version in versions.items() if version not in receiving
    }


def polled_versions(
    described: DescribeTaskQueueResponse, unversioned: Iterable[str] = ()
) -> dict[str, frozenset[str]]:
    """
    Return the versions for which each poller polls, in words, by its identity: workers of one process have one identity.

    Args:
        described: The queue of workflow tasks, with its pollers.
        unversioned: Further pollers without a version.
    """
    polled = [(identity, NO_VERSION) for identity in unversioned]
    polled += [(poller.identity, version_of(poller)) for poller in described.pollers]
    found: dict[str, frozenset[str]] = {}
    for identity, version in polled:
        found[identity] = found.get(identity, frozenset()) | {_name(version)}
    return found


def shares_of_new_workflows(described: DescribeTaskQueueResponse) -> dict[str, float]:
    """
    Return which share of the new workflows each version gets, in words, while a ramp divides them; empty without a ramp.

    Args:
        described: The queue of workflow tasks.
    """
    told = described.versioning_info
    ramped = told.ramping_version_percentage / 100
    if not ramped:
        return {}
    current = told_version(told.current_deployment_version, told.current_version)
    ramping = told_version(told.ramping_deployment_version, told.ramping_version)
    return {_name(current): 1 - ramped, _name(ramping): ramped} if ramped < 1 else {_name(ramping): 1.0}


def told_version(parts: WorkerDeploymentVersion, text: str) -> Version:
    """
    Return a version that a server names by its parts, or by NAME.BUILD alone, as 1.27 does.
    """
    if parts.build_id or text in ("", _UNVERSIONED):
        return parts.deployment_name, parts.build_id
    deployment, _, build = text.partition(".")  # no name has a dot
    return deployment, build


def _why(version: Version, current: Version) -> str:
    deployment, build = version
    remedy = (
        f"`temporal worker deployment set-current-version --deployment-name {deployment} --build-id {build}` gives it them, "
        "or start the workers without a version"
        if build
        else "start the workers as that version"
    )
    return (
        f"new workflows go to {_name(current)}, and these are {'of ' if build else ''}{_name(version)}, so they get none; "
        f"{remedy}"
    )


def version_of(poller: PollerInfo) -> Version:
    """
    Return the version that a poller polls for.
    """
    options = poller.deployment_options
    if options.worker_versioning_mode != _VERSIONED:
        return NO_VERSION
    return options.deployment_name, options.build_id


def _name(version: Version) -> str:
    deployment, build = version
    return f"version {build} of {deployment}" if build else "workers without a version"


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
