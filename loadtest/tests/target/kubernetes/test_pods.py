"""
Which pods count, which container of them is meant, and what is told of those that do not run.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import STARTED, container_status, evicted, pod
from fake_cluster import FakeCluster, as_model

from loadtest.target.kubernetes.main_container import has_died, main_container, replica
from loadtest.target.kubernetes.pods import Pods, is_ready, state


def model(document: dict[str, Any]) -> Any:
    """
    A pod as the client reads it.
    """
    return as_model(document, "V1Pod")


def waiting(name: str, reason: str) -> dict[str, Any]:
    """
    The status of a container that never ran.
    """
    return container_status(name, {"waiting": {"reason": reason}})


SIDECAR_DIED = [
    {
        "name": "proxy",
        "ready": True,
        "restartCount": 4,
        "image": "i",
        "imageID": "",
        "state": {"running": {"startedAt": "2026-01-02T09:09:09Z"}},
    },
    {
        "name": "worker",
        "ready": True,
        "restartCount": 0,
        "image": "i",
        "imageID": "",
        "state": {"running": {"startedAt": STARTED}},
    },
]


@pytest.mark.parametrize(
    ("containers", "annotations", "main"),
    [
        pytest.param(("worker", "proxy"), {}, "worker", id="the-first"),
        pytest.param(
            ("proxy", "worker"),
            {"kubectl.kubernetes.io/default-container": "worker"},
            "worker",
            id="the-annotated",
        ),
        pytest.param(
            ("worker",),
            {"kubectl.kubernetes.io/default-container": "gone"},
            "worker",
            id="annotated-but-absent",
        ),
    ],
)
def test_a_sidecar_is_not_the_worker(
    containers: tuple[str, ...], annotations: dict[str, str], main: str
) -> None:
    """The container is found by name, as kubectl finds it, and not by the order of the statuses."""
    document = pod("p", containers=containers)
    document["metadata"]["annotations"] = annotations

    assert main_container(model(document)) == main


def test_a_sidecars_restarts_are_not_the_workers() -> None:
    """The replica has not died, and it started when its own container did."""
    found = model(pod("p", containers=("worker", "proxy"), statuses=SIDECAR_DIED))

    assert not has_died(found)
    assert (
        replica(found).started_at
        == model(pod("q")).status.container_statuses[0].state.running.started_at.timestamp()
    )


def test_an_evicted_pod_is_no_replica() -> None:
    """It has no container statuses, is not ready, and says what was done to it."""
    found = model(evicted("p"))

    assert not is_ready(found)
    assert not has_died(found)
    assert state(found) == "Evicted: the node was low on memory"


PORTS = [{"name": "prom", "containerPort": 8080}]


@pytest.mark.parametrize(
    ("ports", "wanted", "annotations", "url"),
    [
        pytest.param(PORTS, "8080", {}, "http://10.0.0.7:8080/metrics", id="number"),
        pytest.param(None, "8080", {}, "http://10.0.0.7:8080/metrics", id="number-undeclared"),
        pytest.param(PORTS, "prom", {}, "http://10.0.0.7:8080/metrics", id="name"),
        pytest.param(PORTS, "nosuch", {}, None, id="no-such-name"),
        pytest.param(PORTS, None, {}, None, id="nothing-known"),
        pytest.param(
            [{"name": "metrics", "containerPort": 9000}],
            None,
            {},
            "http://10.0.0.7:9000/metrics",
            id="metrics",
        ),
        pytest.param(
            None,
            None,
            {"prometheus.io/port": "8081", "prometheus.io/path": "/prom"},
            "http://10.0.0.7:8081/prom",
            id="annotated",
        ),
    ],
)
def test_the_port_of_a_workers_page(
    ports: list[dict[str, Any]] | None, wanted: str | None, annotations: dict[str, str], url: str | None
) -> None:
    """By number or name, or as the pod itself says."""
    document = pod("p", ports=ports)
    document["metadata"]["annotations"] = annotations

    assert replica(model(document), wanted).metrics_url == url


@pytest.mark.parametrize("order", [("worker", "proxy"), ("proxy", "worker")], ids=["first", "last"])
def test_a_sidecars_page_is_not_the_workers(order: tuple[str, ...]) -> None:
    """Both call the port the same, which Kubernetes takes; the main container's is meant."""
    document = pod("p", containers=order)
    document["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": "worker"}
    for one in document["spec"]["containers"]:
        one["ports"] = [{"name": "metrics", "containerPort": 9000 if one["name"] == "worker" else 15020}]

    assert replica(model(document)).metrics_url == "http://10.0.0.7:9000/metrics"
    assert replica(model(document), "metrics").metrics_url == "http://10.0.0.7:9000/metrics"


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    """Else its last part would be read as a port."""
    assert replica(model(pod("p", ip="fd00::7")), "9000").metrics_url == "http://[fd00::7]:9000/metrics"


def test_pods_that_fare_alike_are_one_line() -> None:
    """Two hundred that no node takes are told in one line with the events of one, and the API is asked once."""
    cluster = FakeCluster()
    unschedulable = [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available"}]
    for number in range(200):
        cluster.put(
            "pod", pod(f"p-{number:03}", phase="Pending", statuses=[], conditions=unschedulable, ready=False)
        )
    event = {"involvedObject": {"name": "p-000"}, "reason": "FailedScheduling", "message": "no\nnode"}
    cluster.put("event", {"metadata": {"name": "e", "namespace": "shop"}, **event})
    pods = Pods(cluster.api, "shop", "app=worker")

    told = pods.story(pods.listed())

    assert told == (
        "200 pods, such as p-000: no node takes it: 0/3 nodes are available; event FailedScheduling: no node"
    )
    assert sum(call == "list_event" for call, _ in cluster.calls) == 1


def test_the_log_of_a_pod_with_a_sidecar_is_the_workers() -> None:
    """A log call without a container's name would be refused."""
    cluster = FakeCluster()
    dead = {
        "name": "worker",
        "ready": False,
        "restartCount": 0,
        "image": "i",
        "imageID": "",
        "state": {"terminated": {"exitCode": 3, "reason": "Error"}},
    }
    cluster.put(
        "pod", pod("p", containers=("worker", "proxy"), ready=False, statuses=[SIDECAR_DIED[0], dead])
    )
    cluster.logs["p", "worker"] = "no such queue\n"
    pods = Pods(cluster.api, "shop", "app=worker")

    told = pods.story(pods.listed())

    assert told == "p: worker: Error, exit code 3\n  log no such queue"


def test_a_pod_that_never_ran_has_no_log() -> None:
    """Its image cannot be pulled; nothing is asked of a log."""
    cluster = FakeCluster()
    cluster.put("pod", pod("p", ready=False, statuses=[waiting("worker", "ImagePullBackOff")]))
    pods = Pods(cluster.api, "shop", "app=worker")

    assert pods.story(pods.listed()) == "p: worker: ImagePullBackOff"
    assert not any(call == "read_log" for call, _ in cluster.calls)
