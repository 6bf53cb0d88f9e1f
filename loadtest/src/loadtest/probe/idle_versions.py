"""
Which pollers of a task queue get no new workflows, as these go to another version, as the server describes the queue.
"""

from __future__ import annotations

from collections.abc import Iterable

from temporalio.api.deployment.v1 import WorkerDeploymentVersion
from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

Version = tuple[str, str]
"""
Name of a Worker Deployment, and build id.
"""
_VERSIONED = WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
_UNVERSIONED = "__unversioned__"
# Version of workers without a version.
NO_VERSION: Version = ("", "")


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
