"""
Pods of other objects that carry the labels of the workers' Deployment, as where a chart gives all its pods the same.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import deployment, pod
from fake_cluster import FakeCluster

from loadtest.plan import parse_plan
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget


def made_by(kind: str, maker: str, name: str, version: str | None = None) -> dict[str, Any]:
    """
    A ready pod of an object, with the labels by which the Deployment selects.
    """
    made = pod(name, labels={"app": "worker"} | ({"pod-template-hash": version} if version else {}))
    owner = {"apiVersion": "v1", "kind": kind, "name": maker, "uid": maker, "controller": True}
    made["metadata"]["ownerReferences"] = [owner]
    return made


OWN = made_by("ReplicaSet", "workers-5d4f", "own", "5d4f")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(made_by("Job", "report-29", "other"), id="a-cron-jobs"),
        pytest.param(made_by("StatefulSet", "workers", "other"), id="a-stateful-sets"),
        pytest.param(made_by("ReplicaSet", "workers-web-77b9", "other", "77b9"), id="another-deployments"),
        pytest.param(made_by("ReplicaSet", "workers-66c8", "other"), id="a-rollouts"),
    ],
)
async def test_pods_of_others_are_no_replicas(other: dict[str, Any]) -> None:
    """They would be one worker too many, for which the sweep would wait in vain, or which appears in mid-window."""
    cluster = FakeCluster()
    cluster.put("deployment", deployment())
    cluster.put("pod", OWN)
    cluster.put("pod", other)
    place = ClusterPlace("shop", "workers", ready_seconds=0.0)
    target = KubernetesTarget(cluster.api, place, parse_plan({"name": "p"}, "plan"))

    assert [one.identity for one in await target.scale(1)] == ["own"]
    assert [one.identity for one in await target.alive()] == ["own"]
