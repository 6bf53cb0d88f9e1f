"""
What pods and accounts may not do in a real cluster: networks, rights, Pod Security.
"""

from __future__ import annotations

import json

import pytest
from kit_commands import NAMESPACES, WORKERS, Kit, until

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

ACCOUNT = "system:serviceaccount:loadtest:loadtest"
PAGE = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).status)"
CONNECT = (
    "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5); print('connected')"
)


def worker_image(kit: Kit) -> str:
    """
    The image of the running workers.
    """
    image: str = kit.deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
    return image


def visitor(kit: Kit, name: str, labels: dict[str, str]) -> None:
    """
    A pod that meets the restricted standard and waits for orders.
    """
    locked = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "monitoring", "labels": labels},
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": "visitor",
                    "image": worker_image(kit),
                    "command": ["sleep", "600"],
                    "securityContext": locked,
                }
            ],
        },
    }
    kit.kubectl("apply", "--filename", "-", given=json.dumps(pod))
    kit.kubectl("wait", f"pod/{name}", "--namespace", "monitoring", "--for=condition=Ready", "--timeout=60s")


def test_only_scrapers_read_the_workers_pages(kit: Kit) -> None:
    """A pod without the label cannot reach a worker's /metrics; the same pod with it can."""
    (pod, *_) = kit.get(
        "pods", "--namespace", "repair-shop", "--selector", "app.kubernetes.io/component=worker"
    )["items"]
    url = f"http://{pod['status']['podIP']}:9000/metrics"
    visitor(kit, "stranger", {"app": "stranger"})
    visitor(kit, "scraper", {"app": "scraper", "temporal-kit/scrapes": "true"})
    try:
        # A new pod is open until its node has seen its address.
        def shut() -> bool:
            return kit.ask("exec", "stranger", "-n", "monitoring", "--", "python", "-c", PAGE, url).code != 0

        until(shut, "the stranger is kept out", 30)
        allowed = kit.ask("exec", "scraper", "-n", "monitoring", "--", "python", "-c", PAGE, url)
        refused = kit.ask("exec", "stranger", "-n", "monitoring", "--", "python", "-c", PAGE, url)
    finally:
        kit.ask("delete", "pod", "stranger", "scraper", "-n", "monitoring", "--wait=false")

    assert allowed.out.strip() == "200", allowed.error
    assert refused.code != 0
    assert "timed out" in refused.error


@pytest.mark.parametrize(
    ("host", "port", "reachable"),
    [
        pytest.param("temporal-frontend.temporal.svc.cluster.local", "7233", True, id="frontend"),
        pytest.param("prometheus.monitoring.svc.cluster.local", "9090", False, id="another-namespace"),
        pytest.param("kubernetes.default.svc.cluster.local", "443", False, id="kubernetes-api"),
    ],
)
def test_workers_reach_temporal_and_nothing_else(kit: Kit, host: str, port: str, reachable: bool) -> None:
    """From a worker's pod the frontend answers, and neither another namespace nor the Kubernetes API does."""
    done = kit.ask(
        "exec", f"deployment/{WORKERS}", "-n", "repair-shop", "--", "python", "-c", CONNECT, host, port
    )

    assert (done.out.strip() == "connected") is reachable, done.error


@pytest.mark.parametrize(
    ("verb", "what", "namespace", "allowed"),
    [
        ("patch", "deployments.apps/repair-worker --subresource=scale", "repair-shop", True),
        ("patch", "deployments.apps/repair-worker", "repair-shop", False),
        ("create", "leases.coordination.k8s.io", "loadtest", True),
        ("create", "leases.coordination.k8s.io", "repair-shop", True),
        ("update", "leases.coordination.k8s.io/repair-shop.repair-worker", "repair-shop", True),
        ("update", "leases.coordination.k8s.io/another", "repair-shop", False),
        ("create", "jobs.batch", "loadtest", True),
        ("delete", "jobs.batch/loadtest-injectors", "loadtest", True),
        ("list", "pods", "repair-shop", True),
        ("get", "pods --subresource=log", "repair-shop", True),
        ("list", "events", "repair-shop", True),
        ("list", "horizontalpodautoscalers.autoscaling", "repair-shop", True),
        ("patch", "deployments.apps/another --subresource=scale", "repair-shop", False),
        ("patch", "deployments.apps/another", "repair-shop", False),
        ("delete", "deployments.apps/repair-worker", "repair-shop", False),
        ("delete", "pods", "repair-shop", False),
        ("create", "pods", "loadtest", False),
        ("create", "pods --subresource=exec", "repair-shop", False),
        ("get", "secrets", "repair-shop", False),
        ("get", "secrets", "loadtest", False),
        ("patch", "deployments.apps/temporal --subresource=scale", "temporal", False),
        ("list", "pods", "temporal", True),
        ("get", "pods --subresource=log", "temporal", False),
        ("delete", "pods", "temporal", False),
        ("list", "nodes", "", False),
        ("list", "pods", "kube-system", False),
    ],
)
def test_the_sweep_may_do_what_it_must_and_no_more(
    kit: Kit, verb: str, what: str, namespace: str, allowed: bool
) -> None:
    """`kubectl auth can-i` in both directions for the sweep's account."""
    where = ["--namespace", namespace] if namespace else ["--all-namespaces"]
    answer = kit.ask("auth", "can-i", verb, *what.split(), *where, "--as", ACCOUNT)

    assert answer.out.strip() == ("yes" if allowed else "no"), answer.said


def test_every_namespace_enforces_restricted(kit: Kit) -> None:
    """All of ours refuse a pod that asks for more, and every running pod is in one that does."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "root"},
        "spec": {"containers": [{"name": "root", "image": "busybox"}]},
    }
    for namespace in NAMESPACES:
        refused = kit.ask("create", "--namespace", namespace, "--filename", "-", given=json.dumps(pod))

        assert refused.code != 0
        assert 'violates PodSecurity "restricted' in refused.error
    for namespace in ("temporal", "repair-shop", "monitoring"):
        states = [found["status"]["phase"] for found in kit.get("pods", "--namespace", namespace)["items"]]

        assert states
        assert set(states) <= {"Running", "Succeeded"}
