"""
Who reaches Temporal and its database, by the NetworkPolicies of `k8s/`.
"""

from __future__ import annotations

import pytest
from ingress_policies import Pod, let_in
from kustomized import objects

pytestmark = pytest.mark.process

SCRAPES = {"temporal-kit/scrapes": "true"}
NAME, PART = "app.kubernetes.io/name", "app.kubernetes.io/component"


def official(component: str) -> Pod:
    """
    A pod of the official chart.
    """
    return Pod("temporal", {NAME: "temporal", PART: component})


FRONTEND, HISTORY, UI, SCHEMA = (official(part) for part in ("frontend", "history", "web", "database"))
ADMIN_TOOLS = official("admintools")
DEV = Pod("temporal", {NAME: "temporal-dev", PART: "server"})
POSTGRES = Pod("temporal", {NAME: "postgres", "app.kubernetes.io/part-of": "temporal-kit"})
WORKER = Pod("repair-shop", {NAME: "repair-worker", PART: "worker"})
INJECTOR = Pod("loadtest", {NAME: "loadtest", PART: "injector"})
SWEEP = Pod("loadtest", {NAME: "loadtest", PART: "sweep", **SCRAPES})
PROMETHEUS = Pod("monitoring", {NAME: "prometheus", **SCRAPES})
# Of an operator that was there before us; the charts of workers and load test let it in by this label.
THEIR_PROMETHEUS = Pod("observability", {NAME: "prometheus"})
KEDA = Pod("keda", {"app": "keda-operator"})
CONTROLLER = Pod("temporal-system", {NAME: "temporal-worker-controller"})
STRANGER = Pod("default", {"app": "stranger"})
DISGUISED = Pod("default", {NAME: "temporal", PART: "frontend"})
OUTSIDE = Pod("nowhere", {}, address="192.168.1.7")


def policies(*folders: str) -> list[dict[str, object]]:
    """
    The NetworkPolicies of some folders.
    """
    return [found for folder in folders for found in objects(folder) if found["kind"] == "NetworkPolicy"]


@pytest.mark.parametrize(
    ("source", "target", "port", "reaches"),
    [
        pytest.param(WORKER, FRONTEND, 7233, True, id="worker-frontend"),
        pytest.param(WORKER, DEV, 7233, True, id="worker-development-server"),
        pytest.param(INJECTOR, FRONTEND, 7233, True, id="injector-frontend"),
        pytest.param(KEDA, FRONTEND, 7233, True, id="keda-frontend"),
        pytest.param(KEDA, DEV, 7233, True, id="keda-development-server"),
        pytest.param(CONTROLLER, FRONTEND, 7233, True, id="worker-controller-frontend"),
        pytest.param(CONTROLLER, DEV, 7233, True, id="worker-controller-development-server"),
        pytest.param(CONTROLLER, HISTORY, 7234, False, id="worker-controller-history"),
        pytest.param(HISTORY, FRONTEND, 6933, True, id="membership"),
        pytest.param(FRONTEND, HISTORY, 7234, True, id="frontend-history"),
        pytest.param(UI, FRONTEND, 7233, True, id="ui-frontend"),
        pytest.param(ADMIN_TOOLS, FRONTEND, 7233, True, id="admin-tools-frontend"),
        pytest.param(PROMETHEUS, HISTORY, 9090, True, id="prometheus-history"),
        pytest.param(THEIR_PROMETHEUS, HISTORY, 9090, True, id="another-prometheus-history"),
        pytest.param(THEIR_PROMETHEUS, DEV, 9090, True, id="another-prometheus-development-server"),
        pytest.param(THEIR_PROMETHEUS, FRONTEND, 7233, False, id="another-prometheus-frontend"),
        pytest.param(SWEEP, DEV, 9090, True, id="sweep-development-server"),
        pytest.param(STRANGER, FRONTEND, 7233, False, id="stranger-frontend"),
        pytest.param(DISGUISED, FRONTEND, 7233, False, id="labels-of-ours-elsewhere"),
        pytest.param(STRANGER, DEV, 7233, False, id="stranger-development-server"),
        pytest.param(STRANGER, HISTORY, 9090, False, id="stranger-metrics"),
        pytest.param(PROMETHEUS, FRONTEND, 7233, False, id="prometheus-frontend"),
        pytest.param(WORKER, HISTORY, 7234, False, id="worker-history"),
        pytest.param(WORKER, UI, 8080, False, id="worker-ui"),
        pytest.param(STRANGER, UI, 8080, False, id="stranger-ui"),
        pytest.param(OUTSIDE, UI, 8080, False, id="outside-ui"),
        pytest.param(OUTSIDE, FRONTEND, 7233, False, id="outside-frontend"),
        pytest.param(STRANGER, Pod("temporal", {"app": "debug"}), 80, False, id="what-else-runs-there"),
    ],
)
def test_who_reaches_temporal(source: Pod, target: Pod, port: int, reaches: bool) -> None:
    """
    Workers, load test, KEDA and the worker controller reach the frontend, scrapers the metrics, and nobody else anything.
    """
    assert let_in(policies("temporal"), source, target, port) is reaches


@pytest.mark.parametrize(
    ("source", "target", "port", "reaches"),
    [
        pytest.param(OUTSIDE, UI, 8080, True, id="outside-ui"),
        pytest.param(OUTSIDE, DEV, 8233, True, id="outside-development-servers-ui"),
        pytest.param(OUTSIDE, DEV, 7233, False, id="outside-development-server"),
        pytest.param(OUTSIDE, FRONTEND, 7233, False, id="outside-frontend"),
        pytest.param(STRANGER, UI, 8080, False, id="stranger-ui"),
    ],
)
def test_who_reaches_the_ui_on_this_machine(source: Pod, target: Pod, port: int, reaches: bool) -> None:
    """
    On kind and minikube a port of the node leads to the UI, and to nothing else of Temporal's.
    """
    assert let_in(policies("temporal-local"), source, target, port) is reaches


@pytest.mark.parametrize(
    ("source", "without", "with_ledger"),
    [
        pytest.param(HISTORY, True, True, id="history"),
        pytest.param(SCHEMA, True, True, id="schema-job"),
        pytest.param(UI, False, False, id="ui"),
        pytest.param(ADMIN_TOOLS, False, False, id="admin-tools"),
        pytest.param(WORKER, False, True, id="worker"),
        pytest.param(Pod("repair-shop", {"app": "other"}), False, False, id="other-pod-beside-workers"),
        pytest.param(INJECTOR, False, False, id="injector"),
        pytest.param(STRANGER, False, False, id="stranger"),
    ],
)
def test_who_reaches_the_database(source: Pod, without: bool, with_ledger: bool) -> None:
    """
    Temporal's services and its schema job reach PostgreSQL; the workers only where there is a ledger.
    """
    closed = policies("temporal", "postgres")

    assert let_in(closed, source, POSTGRES, "sql") is without
    assert let_in([*closed, *policies("postgres-ledger")], source, POSTGRES, "sql") is with_ledger


def test_temporals_pods_get_no_token() -> None:
    """
    The account under which the official chart's pods run mounts no token of the Kubernetes API.
    """
    (account,) = (found for found in objects("temporal") if found["kind"] == "ServiceAccount")

    assert account["metadata"]["name"] == "default"
    assert account["automountServiceAccountToken"] is False
