"""
Whether new workflows go to the version of a task queue's pollers, as the server describes the queue.
"""

from __future__ import annotations

from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

Version = tuple[str, str]
"""
Name of a Worker Deployment, and build id.
"""
_VERSIONED = WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
# Version of workers without a version.
NO_VERSION: Version = ("", "")


def why_idle(described: DescribeTaskQueueResponse) -> str | None:
    """
    Return why new workflows reach none of a queue's pollers, ``None`` where they reach one or there are no pollers.

    Args:
        described: The queue of workflow tasks, with its pollers.
    """
    told = described.versioning_info
    current, ramping = told.current_deployment_version, told.ramping_deployment_version
    current_version = (current.deployment_name, current.build_id)
    receiving = {current_version}
    if told.ramping_version_percentage:
        receiving.add((ramping.deployment_name, ramping.build_id))
    polling = {version_of(poller) for poller in described.pollers}
    if not polling or polling & receiving:
        return None
    deployment, build = max(polling)
    remedy = (
        f"`temporal worker deployment set-current-version --deployment-name {deployment} --build-id {build}` gives it them, "
        "or start the workers without a version"
        if build
        else "start the workers as that version"
    )
    return (
        f"new workflows go to {_name(current_version)}, and the task queue is polled by {' and '.join(map(_name, sorted(polling)))} "
        f"alone, so nobody takes them; {remedy}"
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
