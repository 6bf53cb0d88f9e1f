"""
Containers that others put into a pod: a mesh's proxy beside ours, and what runs before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes
import pytest
from cluster_objects import STARTED, container_status, pod
from fake_cluster import FakeCluster, as_model

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.main_container import replica
from loadtest.target.kubernetes.pods import Pods, state
from loadtest.target.kubernetes.results_fetch import Volume
from loadtest.target.kubernetes.sweep_job import Brought, SweepJob

PORTS = [{"name": "metrics", "containerPort": 9000}]
# What Istio writes over an application's own annotations where it merges metrics.
MERGED = {"prometheus.io/port": "15020", "prometheus.io/path": "/stats/prometheus"}


@pytest.mark.parametrize(
    ("annotations", "wanted", "url"),
    [
        pytest.param(MERGED, "9000", "http://10.0.0.7:9000/metrics", id="ours-by-number"),
        pytest.param(MERGED, "metrics", "http://10.0.0.7:9000/metrics", id="ours-by-name"),
        pytest.param(MERGED, None, "http://10.0.0.7:9000/metrics", id="ours-unasked"),
        pytest.param(MERGED, "15020", "http://10.0.0.7:15020/stats/prometheus", id="the-proxys"),
        pytest.param(
            {"prometheus.io/path": "/prom"}, "9000", "http://10.0.0.7:9000/prom", id="a-path-of-any-port"
        ),
    ],
)
def test_a_path_goes_with_its_port(annotations: dict[str, str], wanted: str | None, url: str) -> None:
    """A mesh annotates its proxy's page; on the worker's port that path does not exist."""
    document = pod("p", ports=PORTS)
    document["metadata"]["annotations"] = annotations

    assert replica(as_model(document, "V1Pod"), wanted).metrics_url == url


RUNNING = {"running": {"startedAt": STARTED}}
ENDED = {"terminated": {"exitCode": 0, "reason": "Completed"}}
BEHIND = container_status("worker", {"waiting": {"reason": "PodInitializing"}})


@pytest.mark.parametrize(
    ("before", "said"),
    [
        pytest.param([container_status("migrate", RUNNING)], "init container migrate", id="one-that-ends"),
        pytest.param(
            [container_status("proxy", RUNNING, started=True), container_status("migrate", RUNNING)],
            "init container migrate",
            id="behind-a-sidecar",
        ),
        pytest.param(
            [container_status("migrate", ENDED), container_status("proxy", RUNNING, started=False)],
            "init container proxy",
            id="a-sidecar-that-has-not-started",
        ),
        pytest.param([container_status("migrate", ENDED)], "the pod's init containers", id="between-two"),
    ],
)
def test_a_container_that_waits_does_not_run(before: list[dict[str, Any]], said: str) -> None:
    """What keeps the worker is named, in place of a worker that runs and is not ready."""
    document = pod("p", ready=False, phase="Pending", statuses=[BEHIND], initContainerStatuses=before)
    document["spec"]["initContainers"] = [{"name": "proxy", "restartPolicy": "Always"}, {"name": "migrate"}]

    assert state(as_model(document, "V1Pod")) == f"worker waits for {said}"


CRASHES = {"waiting": {"reason": "CrashLoopBackOff"}}


@pytest.mark.parametrize(
    ("statuses", "before", "said"),
    [
        pytest.param(
            [BEHIND],
            [container_status("migrate", CRASHES, restartCount=2)],
            "migrate",
            id="an-init-container",
        ),
        pytest.param(
            [container_status("proxy", CRASHES, restartCount=2), container_status("worker", RUNNING)],
            [],
            "proxy",
            id="a-sidecar",
        ),
        pytest.param(
            [
                container_status("proxy", CRASHES, restartCount=2),
                container_status("worker", CRASHES, restartCount=1),
            ],
            [],
            "worker",
            id="ours-before-others",
        ),
    ],
)
def test_the_log_is_of_what_has_failed(
    statuses: list[dict[str, Any]], before: list[dict[str, Any]], said: str
) -> None:
    """The worker's own log says nothing of a proxy that cannot start, or of what comes before the worker."""
    cluster = FakeCluster()
    containers = ("worker", "proxy", "migrate")
    made = pod("p", ready=False, containers=containers, statuses=statuses, initContainerStatuses=before)
    cluster.put("pod", made)
    cluster.logs = {("p", name): f"{name} says why" for name in containers}
    pods = Pods(cluster.api, "shop", "app=worker")

    assert pods.story(pods.listed()) == f"p: {said}: CrashLoopBackOff\n  log {said} says why"


def test_a_gate_of_another_controller_is_told() -> None:
    """All containers are ready, and the pod is not."""
    gate = {
        "type": "Ready",
        "status": "False",
        "reason": "ReadinessGatesNotReady",
        "message": 'corresponding condition of pod readiness gate "lb" does not exist',
    }
    document = pod("p", conditions=[gate])

    assert state(as_model(document, "V1Pod")) == (
        'its containers are ready, but not the pod: corresponding condition of pod readiness gate "lb" does not exist'
    )


def load_test() -> FakeCluster:
    """
    A load test's namespace with its CronJob.
    """
    cluster = FakeCluster()
    spec = {
        "containers": [
            {"name": "sweep", "image": "i", "imagePullPolicy": "Always", "args": ["sweep", "/plan/plan.toml"]}
        ],
        "volumes": [{"name": "plan", "configMap": {"name": "p"}}, {"name": "results"}],
    }
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"template": {"spec": spec}}}
    cron = {"metadata": {"name": "sweep"}, "spec": {"schedule": "0 2 * * *", "jobTemplate": template}}
    cluster.put("cron_job", cron)
    return cluster


@pytest.mark.parametrize("sweep_runs", [False, True])
def test_a_proxy_does_not_keep_the_next_sweep_away(sweep_runs: bool) -> None:
    """A Job whose proxy never ends is never complete, though its sweep has ended."""
    cluster = load_test()
    cluster.put("job", {"metadata": {"name": "sweep"}, "spec": {"template": {}}, "status": {}})
    statuses = [
        container_status("proxy", RUNNING),
        container_status("sweep", RUNNING if sweep_runs else ENDED),
    ]
    labels = {"batch.kubernetes.io/job-name": "sweep"}
    containers = ("sweep", "proxy")
    cluster.put(
        "pod", pod("sweep-1", namespace="loadtest", labels=labels, containers=containers, statuses=statuses)
    )
    job = SweepJob(cluster.api, "loadtest", "sweep")

    if sweep_runs:
        with pytest.raises(InputError, match="runs already"):
            job.submit(Brought({"plan.toml": "x"}))
    else:
        job.submit(Brought({"plan.toml": "x"}))
        assert any(call == "create_job" for call, _ in cluster.calls)


def test_a_run_is_read_beside_a_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The API refuses a command for a pod of several containers that names none of them."""
    cluster = load_test()

    def run(call: str, name: str) -> None:
        if call == "read_pod":
            cluster.objects["pod", "loadtest", name]["status"] = pod(name)["status"]

    cluster.before = run
    named = []

    def command(*_: Any, **asked: Any) -> Any:
        (made,) = cluster.api.core.list_namespaced_pod("loadtest").items
        named.append((asked.get("container"), [one.name for one in made.spec.containers]))
        raise kubernetes.client.ApiException(status=400, reason="enough")

    monkeypatch.setattr(kubernetes.stream, "stream", command)

    with pytest.raises(TargetError, match="enough"):
        Volume(SweepJob(cluster.api, "loadtest", "sweep")).fetch("latest", tmp_path / "a")
    assert named == [("fetch", ["fetch"])]
