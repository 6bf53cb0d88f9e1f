"""
On a server of the run's own, new workflows go to the version of the run's workers.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from temporalio.api.deployment.v1 import WorkerDeploymentOptions, WorkerDeploymentVersion
from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueueVersioningInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from loadtest.probe.worker_versions import NO_VERSION, Version, version_to_make_current

OLD, NEW = ("bakery", "b1"), ("bakery", "b2")
SINCE = 1000.0


def _described(
    polled: Sequence[tuple[Version, float]], current: Version = NO_VERSION
) -> DescribeTaskQueueResponse:
    pollers = []
    for (deployment, build), at in polled:
        versioned = "VERSIONED" if build else "UNVERSIONED"
        mode = WorkerVersioningMode.Value(f"WORKER_VERSIONING_MODE_{versioned}")
        options = WorkerDeploymentOptions(
            deployment_name=deployment, build_id=build, worker_versioning_mode=mode
        )
        poller = PollerInfo(identity=f"{build}@{at}", deployment_options=options)
        poller.last_access_time.FromNanoseconds(int(at * 1e9))
        pollers.append(poller)
    told = TaskQueueVersioningInfo()
    if current != NO_VERSION:
        version = WorkerDeploymentVersion(deployment_name=current[0], build_id=current[1])
        told.current_deployment_version.CopyFrom(version)
    return DescribeTaskQueueResponse(pollers=pollers, versioning_info=told)


@pytest.mark.parametrize(
    ("described", "wanted"),
    [
        pytest.param(_described([]), None, id="nobody-polls"),
        pytest.param(_described([(NO_VERSION, 1001)]), None, id="no-versions-at-all"),
        pytest.param(_described([(OLD, 1001)]), OLD, id="the-first-version-of-a-new-server"),
        pytest.param(_described([(OLD, 1001)], OLD), None, id="current-already"),
        pytest.param(_described([(OLD, 900), (NEW, 1001)], OLD), NEW, id="the-next-after-one-that-has-ended"),
        pytest.param(_described([(OLD, 1001), (NEW, 1001)], OLD), None, id="two-at-once-are-the-users-own-doing"),
        pytest.param(_described([(OLD, 900), (NO_VERSION, 1001)], OLD), ("bakery", ""), id="then-without-a-version"),
    ],
)  # fmt: skip
def test_the_version_of_those_who_poll_now_gets_them(
    described: DescribeTaskQueueResponse, wanted: Version | None
) -> None:
    """Those who polled before the replicas were started have ended, though they are listed."""
    assert version_to_make_current(described, SINCE) == wanted
