"""
Causes of a failed `make deploy` that no pod tells itself: pods that are not made, and those that have begun nothing.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from failed_deploys import HELMS, RELEASE, failed, pod, waiting
from refused_objects import MEND, QUOTA, deployment, lacking, not_made

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH"),
]

READY = pod("ready", phase="Running", containerStatuses=[{"name": "worker", "state": {"running": {}}}])
STARTING = pod("starts", containerStatuses=[waiting("ContainerCreating", "")])


@pytest.mark.parametrize(
    ("objects", "events", "cause"),
    [
        pytest.param(
            {"deployments": [deployment("old", False), deployment("repair-worker", True)]},
            [],
            f"Deployment repair-worker makes no more pods: {QUOTA}{MEND}",
            id="deployment",
        ),
        pytest.param(
            {"statefulsets": [lacking("StatefulSet", "postgres")]},
            [not_made("StatefulSet", "postgres", "2026-01-01T00:00:02Z")],
            f"StatefulSet postgres makes no more pods: {QUOTA}{MEND}",
            id="statefulset",
        ),
        pytest.param(
            {"jobs": [{**lacking("Job", "done"), "status": {"succeeded": 1}}, lacking("Job", "schema")]},
            [not_made("Job", "schema", "2026-01-01T00:00:01Z")],
            f"Job schema makes no more pods: {QUOTA}{MEND}",
            id="job",
        ),
        pytest.param(
            {"deployments": [deployment("repair-worker", False)]},
            [not_made("ReplicaSet", "repair-worker-5d4f", "2026-01-01T00:00:01Z")],
            HELMS,
            id="once-and-no-more",
        ),
        pytest.param(
            {"jobs": [{**lacking("Job", "schema"), "status": {"active": 1}}]},
            [not_made("Job", "schema", "2026-01-01T00:00:01Z")],
            HELMS,
            id="a-job-that-has-its-pod-now",
        ),
    ],
)
def test_pods_that_a_quota_refuses_are_the_cause(
    objects: dict[str, list[dict[str, Any]]], events: list[dict[str, Any]], cause: str, tmp_path: Path
) -> None:
    """
    A refused pod is in no list of pods: what would make it says why, as long as it holds.
    """
    said = failed(RELEASE, tmp_path, [READY], [], events=events, **objects)

    assert said[0] == f"error: repair-worker: {cause}"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        pytest.param(
            'MountVolume.SetUp failed for volume "temporal-ca" : configmap "company-ca" not found',
            "pod starts is not ready: FailedMount: "
            'MountVolume.SetUp failed for volume "temporal-ca" : configmap "company-ca" not found',
            id="no-configmap",
        ),
        pytest.param(None, HELMS, id="it-only-takes-long"),
    ],
)
def test_a_pod_that_has_begun_nothing_tells_why_by_its_events(
    message: str | None, cause: str, tmp_path: Path
) -> None:
    """
    Its container is being created for as long as a Secret or a ConfigMap is missing, and says nothing else.
    """
    events = [
        {**not_made("Pod", "starts", "2026-01-01T00:00:01Z"), "reason": "FailedMount", "message": message}
    ]

    said = failed(RELEASE, tmp_path, [READY, STARTING], [], events=events if message else [])

    assert said[0] == f"error: repair-worker: {cause}"
