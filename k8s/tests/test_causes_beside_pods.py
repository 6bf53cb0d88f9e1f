"""
Causes of a failed `make deploy` that no pod tells itself: pods that are not made, and those that have begun nothing.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from failed_deploys import HELMS, RELEASE, failed, pod, waiting
from fake_kubernetes_api import NAMESPACE

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH"),
]

QUOTA = 'pods "repair-worker-5d4f-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
READY = pod("ready", phase="Running", containerStatuses=[{"name": "worker", "state": {"running": {}}}])
STARTING = pod("starts", containerStatuses=[waiting("ContainerCreating", "")])


def deployment(name: str, refused: bool) -> dict[str, Any]:
    """
    A Deployment whose pods a quota refuses now, or does no more.
    """
    status = "True" if refused else "False"
    condition = {
        "type": "ReplicaFailure",
        "status": status,
        "reason": "FailedCreate",
        "message": QUOTA,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "status": {"conditions": [condition]},
    }


def not_made(kind: str, name: str, at: str) -> dict[str, Any]:
    """
    The event of what could not make a pod.
    """
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.1", "namespace": NAMESPACE},
        "involvedObject": {"kind": kind, "name": name},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": QUOTA,
        "lastTimestamp": at,
    }


@pytest.mark.parametrize(
    ("deployments", "events", "cause"),
    [
        pytest.param(
            [deployment("old", False), deployment("repair-worker", True)],
            [],
            f"Deployment repair-worker makes no more pods: {QUOTA}",
            id="deployment",
        ),
        pytest.param(
            [],
            [
                not_made("StatefulSet", "postgres", "2026-01-01T00:00:02Z"),
                not_made("Job", "schema", "2026-01-01T00:00:01Z"),
            ],
            f"StatefulSet postgres makes no more pods: {QUOTA}",
            id="the-last-event",
        ),
        pytest.param(
            [deployment("repair-worker", False)],
            [not_made("ReplicaSet", "repair-worker-5d4f", "2026-01-01T00:00:01Z")],
            HELMS,
            id="once-and-no-more",
        ),
    ],
)
def test_pods_that_a_quota_refuses_are_the_cause(
    deployments: list[dict[str, Any]], events: list[dict[str, Any]], cause: str, tmp_path: Path
) -> None:
    """
    A refused pod is in no list of pods: what would make it says why, as long as it holds.
    """
    said = failed(RELEASE, tmp_path, [READY], [], deployments, events)

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
