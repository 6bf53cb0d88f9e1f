"""
Which settings are refused in one line, before anything is built or touched; none of these needs a cluster.
"""

from __future__ import annotations

import pytest
from make_command import make, refusal

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["status"], "error: no cluster: write `make kind-up`", id="no-cluster"),
        pytest.param(
            ["status", "CONTEXT=company"],
            "error: CONTEXT=company without KUBECONFIG: a cluster that is not kind's or minikube's is used only when both",
            id="context-alone",
        ),
        pytest.param(
            ["down", "KUBECONFIG=/home/me/.kube/config"],
            "error: KUBECONFIG=/home/me/.kube/config without CONTEXT: a cluster that is not kind's or minikube's",
            id="kubeconfig-alone",
        ),
        pytest.param(
            ["status", "KUBECONFIG=/nonexistent", "CONTEXT=company"],
            "error: KUBECONFIG=/nonexistent: no such file",
            id="no-such-kubeconfig",
        ),
        pytest.param(
            ["scale"], "error: N=: expected a number of workers; write make scale N=4", id="scale-without-n"
        ),
        pytest.param(["scale", "N=010"], "error: N=010: expected a number of workers", id="scale-octal"),
        pytest.param(["scale", "N=-1"], "error: N=-1: expected a number of workers", id="scale-below-zero"),
        pytest.param(
            ["logs", "WHAT=all"], "error: WHAT=all: no such part; there are: workers", id="logs-of-nothing"
        ),
        pytest.param(
            ["deploy", "PROFILE=prod"],
            "error: PROFILE=prod: no such choice; there are: postgres dev ha external",
            id="profile",
        ),
        pytest.param(
            ["deploy", "AUTOSCALE=yes"],
            "error: AUTOSCALE=yes: no such choice; there are: none cpu backlog slots",
            id="autoscale",
        ),
        pytest.param(
            ["deploy", "GRAFANA=yes"], "error: GRAFANA=yes: no such choice; there are: 0 1", id="grafana"
        ),
        pytest.param(
            ["deploy", "PROFILE=ha", "DB_ADDRESS=db.example"],
            "error: DB_ADDRESS=db.example: expected host:port; write DB_ADDRESS=db.example:5432",
            id="address-without-port",
        ),
        pytest.param(
            ["deploy", "PROFILE=ha", "DB_ADDRESS=db.example:5432"],
            "error: DB_ADDRESS without DB_SECRET: name the Secret in namespace temporal",
            id="address-without-secret",
        ),
        pytest.param(
            ["deploy", "PROFILE=dev", "LEDGER=1"],
            "error: LEDGER=1: the ledger lives in the PostgreSQL that this deploys",
            id="ledger-without-database",
        ),
        pytest.param(
            ["deploy", "DEPLOY_TIMEOUT=soon"],
            "error: DEPLOY_TIMEOUT=soon: expected seconds or minutes; write 90s or 5m",
            id="timeout",
        ),
        *(
            pytest.param(
                [target, f"REGISTRY={registry}", "NO_CLUSTER=1"],
                f"error: REGISTRY={registry}: no registry that an image can be named for; write REGISTRY=registry.example/team",
                id=f"{target}-registry-{name}",
            )
            for target in ("deploy", "images")
            for name, registry in (
                ("scheme", "https://registry.example/team"),
                ("slash", "registry.example/team/"),
                ("case", "registry.example/Team"),
            )
        ),
        pytest.param(
            ["deploy", "WORKER_VALUES=nowhere.yaml"],
            "error: WORKER_VALUES: nowhere.yaml: no such values file; several are separated by commas",
            id="values-file",
        ),
        pytest.param(
            ["deploy", "WORKER_VALUES=README.md,no where.yaml"],
            "error: WORKER_VALUES: no where.yaml: no such values file",
            id="second-values-file-with-a-blank",
        ),
        pytest.param(
            ["deploy", "TEMPORAL_CHART=/nonexistent"],
            "error: TEMPORAL_CHART=/nonexistent: no such chart; leave it empty for https://",
            id="chart",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "NAMESPACE=shop"],
            "error: ADDRESS=: expected host:port of a Temporal frontend; write ADDRESS=temporal.example.org:7233",
            id="external-without-address",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "ADDRESS=https://t:7233", "NAMESPACE=shop"],
            "error: ADDRESS=https://t:7233: expected host:port",
            id="external-with-a-url",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "ADDRESS=[::1]:7233"],
            "error: PROFILE=external without NAMESPACE: name Temporal's namespace",
            id="external-by-an-ipv6-address",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "ADDRESS=t:7233"],
            "error: PROFILE=external without NAMESPACE: name Temporal's namespace",
            id="external-without-namespace",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "ADDRESS=t:7233", "NAMESPACE=shop", "TLS_CA=nowhere.pem"],
            "error: TLS_CA=nowhere.pem: no such file",
            id="authority",
        ),
        pytest.param(
            ["deploy", "PROFILE=external", "ADDRESS=t:7233", "NAMESPACE=shop", "TLS_CERT=README.md"],
            "error: TLS_CERT without TLS_KEY: a certificate is shown with its key",
            id="certificate-without-key",
        ),
        pytest.param(
            ["deploy", "PROFILE=dev", "ADDRESS=t:7233"],
            "error: ADDRESS=t:7233 with PROFILE=dev: it says how to reach a Temporal that is there already",
            id="address-of-what-is-deployed",
        ),
        pytest.param(
            ["deploy", "PROFILE=dev", "DB_ADDRESS=db:5432", "DB_SECRET=db"],
            "error: DB_ADDRESS with PROFILE=dev: nothing would use it",
            id="database-that-nothing-uses",
        ),
        pytest.param(
            ["deploy", "DB_TLS=1"],
            "error: DB_TLS=1 without DB_ADDRESS: the database that this deploys speaks no TLS",
            id="tls-to-our-database",
        ),
        pytest.param(
            ["deploy", "DB_ADDRESS=db:5432", "DB_SECRET=db", "DB_CA_SECRET=ca"],
            "error: DB_CA_SECRET=ca without DB_TLS=1",
            id="authority-without-tls",
        ),
        pytest.param(
            ["deploy", "AUTOSCALE=slots", "MONITORING=none"],
            "error: AUTOSCALE=slots MONITORING=none: KEDA asks a Prometheus for the slots in use",
            id="slots-without-a-prometheus",
        ),
        pytest.param(
            ["deploy", "AUTOSCALE=slots", "MONITORING=operator"],
            "error: AUTOSCALE=slots MONITORING=operator: KEDA must know where your Prometheus answers; "
            "write PROMETHEUS_URL=http://prometheus-operated.monitoring.svc:9090",
            id="slots-of-an-unknown-prometheus",
        ),
        pytest.param(
            ["deploy", "PROMETHEUS_MEMORY=2GB"],
            "error: PROMETHEUS_MEMORY=2GB: expected memory as Kubernetes writes it; write 768Mi or 2Gi",
            id="memory",
        ),
        pytest.param(
            ["deploy", "MONITOR_LABELS=release=monitoring"],
            "error: MONITOR_LABELS=release=monitoring with MONITORING=manifests: it is for monitors and rules",
            id="labels-without-an-operator",
        ),
        pytest.param(
            ["deploy", "MONITORING=operator", "MONITOR_LABELS=release:monitoring"],
            "error: MONITOR_LABELS=release:monitoring: expected labels of Kubernetes; write MONITOR_LABELS=release=",
            id="labels-as-in-yaml",
        ),
        pytest.param(
            ["deploy", "MONITORING=operator", "RULES=nowhere.yaml"],
            "error: RULES=nowhere.yaml: no such file",
            id="rules",
        ),
        pytest.param(
            ["deploy", "PROMETHEUS_URL=prometheus:9090"],
            "error: PROMETHEUS_URL=prometheus:9090: expected an address; write http://",
            id="prometheus-without-scheme",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(arguments: list[str], words: str) -> None:
    """
    Each refusal names what was given and what to write instead, and nothing was built or touched.
    """
    assert refusal(make(*arguments)).startswith(words)
