"""
Pods whose processes see another host name than the pod's: on a node's network, with a domain, with a name that is too long.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import deployment, pod
from fake_cluster import FakeCluster

from loadtest.experiment import readiness
from loadtest.plan import parse_plan
from loadtest.probe.worker_heartbeat import ListedProcess
from loadtest.results.measured_step import Replica
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget

LONG = "a-deployment-whose-name-is-longer-than-that-of-any-host-can-be"


async def replicas(*pods: dict[str, Any]) -> list[Replica]:
    """
    The replicas of a target whose pods have these specifications.
    """
    cluster = FakeCluster()
    cluster.put("deployment", deployment(replicas=len(pods)))
    for document in pods:
        cluster.put("pod", document)
    target = KubernetesTarget(
        cluster.api, ClusterPlace("shop", "workers", ready_seconds=0.0), parse_plan({"name": "p"}, "plan")
    )
    return list(await target.alive())


def specified(name: str, **spec: Any) -> dict[str, Any]:
    """
    A pod with more in its specification.
    """
    made = pod(name)
    made["spec"] |= spec
    return made


def owners(found: list[Replica], host: str) -> list[str]:
    """
    The replicas to which a heartbeat from a host belongs; a poller of the SDK's usual name belongs to the same.
    """
    sent = ListedProcess(f"1@{host}", host, "1", 0.0)
    told = [one.identity for one in found if sent.is_of(one, lambda _pid: None)]
    assert told == [one.identity for one in found if readiness.is_of(one, f"1@{host}", lambda _pid: None)]
    return told


@pytest.mark.parametrize(
    ("spec", "host"),
    [
        pytest.param({"hostNetwork": True, "nodeName": "node-1"}, "node-1", id="node"),
        pytest.param(
            {"hostNetwork": True, "nodeName": "node-1"}, "node-1.eu.example.org", id="node-with-its-domain"
        ),
        pytest.param(
            {"hostNetwork": True, "nodeName": "ip-10-0-0-1.ec2.internal"}, "ip-10-0-0-1", id="node-without-it"
        ),
        pytest.param({"setHostnameAsFQDN": True}, "p-1.workers.shop.svc.cluster.local", id="domain"),
        pytest.param({"hostname": "repair"}, "repair", id="a-name-of-its-own"),
        pytest.param({}, "p-1", id="the-pods"),
    ],
)
async def test_a_worker_is_its_pods_whatever_its_host_is_called(spec: dict[str, Any], host: str) -> None:
    """Its heartbeat tells the slots, and without one it is no stranger."""
    found = await replicas(specified("p-1", **spec), specified("p-2", hostNetwork=True, nodeName="node-2"))

    assert owners(found, host) == ["p-1"]
    assert owners(found, "node-3") == []


async def test_a_long_name_is_cut_as_the_kubelet_cuts_it() -> None:
    """A host's name has at most 63 signs and no hyphen at its end."""
    found = await replicas(pod(f"{LONG}-7d9f8-x2k4z"), pod("p-2"))

    assert owners(found, f"{LONG}-7d9f8-x2k4z"[:63].rstrip("-")) == [f"{LONG}-7d9f8-x2k4z"]


async def test_pods_that_share_a_node_are_not_told_apart() -> None:
    """Slots of both would be those of each."""
    shared = {"hostNetwork": True, "nodeName": "node-1"}
    found = await replicas(specified("p-1", **shared), specified("p-2", **shared), pod("p-3"))

    assert owners(found, "node-1") == []
    assert owners(found, "p-3") == ["p-3"]


async def test_another_pod_of_a_name_that_begins_alike_is_another_host() -> None:
    """Only a domain may follow."""
    assert owners(await replicas(pod("p-1"), pod("p-10")), "p-10") == ["p-10"]


async def test_a_pod_is_the_same_replica_whatever_is_known_of_its_host() -> None:
    """A look at one pod alone does not see who shares its node."""
    (alone,) = await replicas(specified("p-1", hostNetwork=True, nodeName="node-1"))

    assert alone == Replica("p-1", None, None, alone.started_at)
