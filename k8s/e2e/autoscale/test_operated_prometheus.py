"""
A Prometheus that the operator runs finds our monitors and our rules.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from kit_commands import CHECKOUT, Kit, until
from required_addons import demand

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PROXY = "/api/v1/namespaces/monitoring/services/prometheus-operated:9090/proxy/api/v1"
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
  ruleSelector: {}
  ruleNamespaceSelector: {}
  podMetadata: {labels: {temporal-kit/scrapes: "true"}}
  securityContext: {runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534, seccompProfile: {type: RuntimeDefault}}
"""


Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask(kit: Kit) -> Iterator[Ask]:
    """
    Ask a Prometheus of the operator, with the kit deployed for it; ``None`` where it does not answer.
    """
    demand(kit, "crd/podmonitors.monitoring.coreos.com")
    assert kit.make("deploy", "PROFILE=dev", "GRAFANA=0", "MONITORING=operator").code == 0
    kit.kubectl("apply", "--server-side", "--filename", "-", given=PROMETHEUS)

    def asked(what: str, **parameters: str) -> Any:
        answer = kit.ask("get", "--raw", f"{PROXY}/{what}?{urllib.parse.urlencode(parameters)}")
        return json.loads(answer.out)["data"] if answer.code == 0 else None

    try:
        until(lambda: asked("query", query="1") is not None, "the operator's Prometheus answers", 180)
        yield asked
    finally:
        kit.ask("delete", "--ignore-not-found", "--filename", "-", given=PROMETHEUS)
        assert kit.make("deploy", "PROFILE=dev", "GRAFANA=0").code == 0


def test_our_pod_monitors_are_found(ask: Ask) -> None:
    """It scrapes workers and server; ``namespace`` is Kubernetes', and Temporal's is ``temporal_namespace``."""

    def up() -> set[str]:
        found = ask("targets", state="active")["activeTargets"]
        return {target["labels"]["namespace"] for target in found if target["health"] == "up"}

    both = "namespace='repair-shop',temporal_namespace='default'"
    query = f"count(temporal_worker_task_slots_available{{{both},task_queue='repair-shop'}})"

    until(lambda: {"repair-shop", "temporal"} <= up(), "targets of workers and server are up", 180)
    until(lambda: ask("query", query=query)["result"], "each namespace has its own label", 60)


def test_our_rules_are_loaded_and_healthy(ask: Ask) -> None:
    """Every rule of the PrometheusRule is evaluated without an error."""
    committed = yaml.safe_load((CHECKOUT / "dashboards/rules/prometheus-rule.yaml").read_text())
    ours = {
        (group["name"], rule.get("record") or rule["alert"])
        for group in committed["spec"]["groups"]
        for rule in group["rules"]
    }

    def health() -> dict[tuple[str, str], str]:
        return {
            (group["name"], rule["name"]): f"{rule['health']} {rule.get('lastError', '')}".strip()
            for group in ask("rules")["groups"]
            for rule in group["rules"]
        }

    until(
        lambda: ours <= {name for name, said in health().items() if said != "unknown"}, "rules evaluated", 180
    )
    found = health()

    assert {name: found[name] for name in ours} == dict.fromkeys(ours, "ok")
