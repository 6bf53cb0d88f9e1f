"""
Our custom resources, judged by the real definitions of KEDA and the Prometheus operator.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from kit import CHECKOUT, Kit, run, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

CUSTOM = {
    "keda.sh": "crd/scaledobjects.keda.sh",
    "monitoring.coreos.com": "crd/podmonitors.monitoring.coreos.com",
}
VARIANTS = sorted(CHECKOUT.glob("charts/*/ci/*-values.yaml"))


def demand(kit: Kit, what: str) -> None:
    """
    Skip, or fail where a cluster is required, if an addon is not installed.
    """
    if kit.ask("get", what).code != 0:
        why = f"this cluster lacks {what}; charts/README.md says what to install"
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.mark.parametrize("values", VARIANTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_custom_resources_are_accepted(kit: Kit, values: Path) -> None:
    """A server-side dry run of every custom resource that our charts make passes."""
    for what in CUSTOM.values():
        demand(kit, what)
    rendered = run(
        [
            "helm",
            "template",
            "dry-run",
            str(values.parent.parent),
            "--values",
            str(values),
            "--namespace",
            "repair-shop",
        ]
    )
    custom = [
        found
        for found in yaml.safe_load_all(rendered.out)
        if found and found["apiVersion"].partition("/")[0] in CUSTOM
    ]

    for found in custom:
        found["metadata"]["namespace"] = "repair-shop"
        done = kit.ask(
            "create", "--dry-run=server", "--validate=strict", "--filename", "-", given=json.dumps(found)
        )

        assert done.code == 0, f"{found['kind']}: {done.error}"


PROMETHEUS = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: e2e-prometheus, namespace: monitoring}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: e2e-prometheus}
rules:
  - apiGroups: [""]
    resources: [pods, services, endpoints]
    verbs: [get, list, watch]
  - apiGroups: [discovery.k8s.io]
    resources: [endpointslices]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: e2e-prometheus}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: e2e-prometheus}
subjects: [{kind: ServiceAccount, name: e2e-prometheus, namespace: monitoring}]
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: e2e, namespace: monitoring}
spec:
  serviceAccountName: e2e-prometheus
  image: prom/prometheus:v3.16.0
  # The newest that the operator knows; it decides which flags are given.
  version: v3.5.0
  podMonitorSelector: {}
  podMonitorNamespaceSelector: {}
  podMetadata: {labels: {temporal-kit/scrapes: "true"}}
  securityContext: {runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534, seccompProfile: {type: RuntimeDefault}}
"""


def test_the_operator_finds_our_pod_monitors(kit: Kit) -> None:
    """A Prometheus that the operator runs scrapes workers and server by our PodMonitors, with Temporal's namespace."""
    demand(kit, CUSTOM["monitoring.coreos.com"])
    proxy = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1"
    assert kit.make("deploy", "PROFILE=dev", "GRAFANA=0", "MONITORING=operator").code == 0
    kit.kubectl("apply", "--server-side", "--filename", "-", given=PROMETHEUS)
    try:

        def up() -> dict[str, int]:
            answer = kit.ask("get", "--raw", f"{proxy}/targets?state=active")
            found = json.loads(answer.out)["data"]["activeTargets"] if answer.code == 0 else []
            good = [target["labels"]["namespace"] for target in found if target["health"] == "up"]
            return {namespace: good.count(namespace) for namespace in good}

        until(lambda: {"repair-shop", "temporal"} <= up().keys(), "targets of workers and server are up", 180)
        query = "count(temporal_worker_task_slots_available{namespace='default',task_queue='repair-shop'})"

        def asked() -> list[object]:
            answer = json.loads(kit.kubectl("get", "--raw", f"{proxy}/query?query={query}"))
            result: list[object] = answer["data"]["result"]
            return result

        until(lambda: asked() != [], "Temporal's namespace is the label `namespace`", 60)
    finally:
        kit.ask("delete", "--ignore-not-found", "--filename", "-", given=PROMETHEUS)
        assert kit.make("deploy", "PROFILE=dev", "GRAFANA=0").code == 0
