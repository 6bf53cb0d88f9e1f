"""
A WorkerDeployment as a sweep's workers: whose pods they are, and when its count is somebody else's.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import pod
from fake_cluster import FakeCluster

from loadtest.errors import InputError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.worker_deployment_resource import WorkerDeployment

PLAN = parse_plan({"name": "p"}, "plan")


def target(cluster: FakeCluster) -> KubernetesTarget:
    """
    The workers as a sweep has them.
    """
    return KubernetesTarget(
        cluster.api, ClusterPlace("shop", "workerdeployment/repair", ready_seconds=0.0), PLAN
    )


def worker_deployment(**parts: Any) -> dict[str, Any]:
    """
    A WorkerDeployment whose version b1 is current.
    """
    status = {
        "currentVersion": {"buildID": "b1"},
        "targetVersion": {"buildID": "b1"},
        "deprecatedVersions": [{"buildID": "b0"}],
    }
    document = {
        "metadata": {"name": "repair", "namespace": "shop"},
        "spec": {"replicas": 2},
        "status": status,
    }
    return document | parts


async def test_a_worker_deployment_is_scaled_by_its_own_field() -> None:
    """The pods of the current version are its replicas; a draining one's are not, and no Deployment is touched."""
    cluster = FakeCluster()
    cluster.put("workerdeployments", worker_deployment())
    for build, name in (("b1", "p-1"), ("b1", "p-2"), ("b0", "old")):
        labels = {"temporal.io/deployment-name": "repair", "temporal.io/build-id": build}
        cluster.put("pod", pod(name, labels=labels))
    workers = target(cluster)

    found = await workers.scale(2)
    workers.count.bring_back(5)

    assert [one.identity for one in found] == ["p-1", "p-2"]
    assert workers.count.read() == 5
    assert not any("deployment_scale" in call for call, _ in cluster.calls)


def test_the_pods_of_a_dotted_name_are_found() -> None:
    """The controller writes a name into labels with dashes in place of dots."""
    cluster = FakeCluster()
    cluster.put("workerdeployments", worker_deployment(metadata={"name": "repair.v2", "namespace": "shop"}))

    fleet = WorkerDeployment(cluster.api, "shop", "repair.v2").look()

    assert fleet.selector == "temporal.io/deployment-name=repair-v2,temporal.io/build-id notin (b0)"


def test_an_autoscaler_of_the_current_version_is_refused() -> None:
    """A WorkerResourceTemplate makes one for each version's Deployment, and it would undo every step."""
    cluster = FakeCluster()
    status = {"currentVersion": {"buildID": "b1", "deployment": {"name": "repair-b1"}}}
    cluster.put("workerdeployments", worker_deployment(status=status))
    scaled = {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "repair-b1"}}
    cluster.put(
        "horizontal_pod_autoscaler",
        {"metadata": {"name": "repair-b1-hpa", "namespace": "shop"}, "spec": scaled},
    )

    with pytest.raises(InputError, match="HorizontalPodAutoscaler repair-b1-hpa owns its replica count"):
        target(cluster)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        pytest.param({"spec": {}}, "it has no spec.replicas", id="autoscaled"),
        pytest.param({"status": {}}, "no version of it is current yet", id="no-version"),
        pytest.param(
            {"status": {"currentVersion": {"buildID": "b1"}, "targetVersion": {"buildID": "b2"}}},
            "version b2 is being rolled out beside b1",
            id="rollout",
        ),
    ],
)
def test_a_worker_deployment_that_is_not_at_rest_is_refused(parts: dict[str, Any], said: str) -> None:
    """Two versions or none would be no fleet of one count."""
    cluster = FakeCluster()
    cluster.put("workerdeployments", worker_deployment(**parts))

    with pytest.raises(InputError, match=said):
        target(cluster)
