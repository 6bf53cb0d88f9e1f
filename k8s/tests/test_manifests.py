"""
What holds for the plain manifests of `k8s/` and for the values of the official chart.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from rendering import pod_of
from restricted import violations

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
# Values of other people's charts and the settings of kind are no objects of Kubernetes.
NOT_OBJECTS = {"kube-prometheus-stack.yaml", "ledger-values.yaml"}
MANIFESTS = sorted(
    path
    for path in K8S.rglob("*.yaml")
    if not {"kind", "e2e", "tests"} & set(path.relative_to(K8S).parts) and path.name not in NOT_OBJECTS
)
NAMESPACES = {"temporal", "repair-shop", "loadtest", "monitoring"}
RENAMES = [
    {"source_labels": ["exported_namespace"], "regex": "(.+)", "target_label": "namespace"},
    {"regex": "exported_namespace", "action": "labeldrop"},
]


def objects(path: Path) -> list[dict[str, Any]]:
    """
    The objects of a manifest.
    """
    return [found for found in yaml.safe_load_all(path.read_text()) if found]


def variable(name: str) -> str:
    """
    The value that k8s.mk gives a variable by default.
    """
    found = re.search(rf"^{name} [:?]= (.*)$", (K8S / "k8s.mk").read_text(), re.MULTILINE)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_objects_meet_the_kubernetes_schemas(path: Path) -> None:
    """
    Every object is what the API of Kubernetes 1.34 knows, with no field besides.
    """
    for found in objects(path):
        kubernetes_validate.validate(found, "1.34", strict=True)


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_objects_carry_our_label_and_their_namespace(path: Path) -> None:
    """
    `make down` finds everything, and nothing lands where kubectl happens to point.
    """
    for found in objects(path):
        assert found["metadata"]["labels"]["app.kubernetes.io/part-of"] == "temporal-kit"
        if found["kind"] != "Namespace":
            assert found["metadata"]["namespace"] in NAMESPACES
        for claim in found.get("spec", {}).get("volumeClaimTemplates", []):
            assert claim["metadata"]["labels"]["app.kubernetes.io/part-of"] == "temporal-kit"


def test_pods_meet_restricted_pod_security() -> None:
    """
    PostgreSQL, Prometheus and Grafana may run in a namespace that enforces `restricted`, with a read-only root.
    """
    pods = {
        found["metadata"]["name"]: pod
        for path in MANIFESTS
        for found in objects(path)
        if (pod := pod_of(found))
    }

    assert set(pods) == {"postgres", "prometheus", "grafana"}
    for name, pod in pods.items():
        assert violations(pod) == [], name
        assert all(c["securityContext"]["readOnlyRootFilesystem"] for c in pod["spec"]["containers"]), name


def test_every_namespace_enforces_restricted() -> None:
    """
    A pod that asks for more than it needs is refused, not warned of.
    """
    found = {
        one["metadata"]["name"]: one["metadata"]["labels"]
        for path in (K8S / "namespaces.yaml", K8S / "monitoring" / "namespace.yaml")
        for one in objects(path)
    }

    assert set(found) == NAMESPACES
    assert {labels["pod-security.kubernetes.io/enforce"] for labels in found.values()} == {"restricted"}
    assert {
        variable(f"{part}_KUBE_NAMESPACE") for part in ("TEMPORAL", "WORKER", "LOADTEST", "MONITORING")
    } == NAMESPACES


def test_prometheus_reads_pods_of_the_kit_only() -> None:
    """
    It has a Role in each of the four namespaces, and no right in the cluster.
    """
    found = objects(K8S / "monitoring" / "rbac.yaml")
    scraped = yaml.safe_load((K8S / "monitoring" / "prometheus.yml").read_text())["scrape_configs"]

    assert {one["kind"] for one in found} == {"Role", "RoleBinding"}
    assert {one["metadata"]["namespace"] for one in found if one["kind"] == "Role"} == NAMESPACES
    assert [set(sd["namespaces"]["names"]) for job in scraped for sd in job["kubernetes_sd_configs"]] == [
        NAMESPACES
    ]


def test_one_spelling_of_namespace() -> None:
    """
    Temporal's namespace is `namespace` in Prometheus, however it is scraped.
    """
    scraped = yaml.safe_load((K8S / "monitoring" / "prometheus.yml").read_text())["scrape_configs"]
    operator = yaml.safe_load((ROOT / "charts" / "temporal" / "operator.yaml").read_text())["server"][
        "metrics"
    ]
    spelled = {"sourceLabels": "source_labels", "targetLabel": "target_label"}

    assert [job["metric_relabel_configs"] for job in scraped] == [RENAMES]
    assert [
        {spelled.get(key, key): value for key, value in rule.items()}
        for rule in operator["serviceMonitor"]["metricRelabelings"]
    ] == RENAMES


def test_images_to_load_are_the_images_that_run() -> None:
    """
    An image that is loaded under another tag than the manifests name would be pulled, or fail.
    """
    wanted = {
        container["image"]
        for path in MANIFESTS
        for found in objects(path)
        if (pod := pod_of(found))
        for container in pod["spec"]["containers"]
    }
    dev = yaml.safe_load((ROOT / "charts" / "temporal-dev" / "values.yaml").read_text())["image"]
    web = yaml.safe_load((ROOT / "charts" / "temporal" / "base.yaml").read_text())["web"]["image"]

    assert wanted == {variable(f"{name}_IMAGE") for name in ("POSTGRES", "PROMETHEUS", "GRAFANA")}
    assert variable("DEV_IMAGES") == f"{dev['repository']}:{dev['tag']}"
    assert f"temporalio/ui:{web['tag']}" in variable("SERVER_IMAGES").split()


def test_node_ports_are_mapped_to_this_machine_only() -> None:
    """
    Each fixed port of a node is one that kind maps to 127.0.0.1, in both of its configurations.
    """
    ports = {
        port["nodePort"]
        for path in MANIFESTS
        for found in objects(path)
        if found["kind"] == "Service"
        for port in found["spec"]["ports"]
        if "nodePort" in port
    }
    web = yaml.safe_load((ROOT / "charts" / "temporal" / "kind.yaml").read_text())["web"]["service"][
        "nodePort"
    ]

    for name, nodes in (("one-node", 1), ("three-nodes", 3)):
        kind = yaml.safe_load((K8S / "kind" / f"{name}.yaml").read_text())
        mappings = [mapping for node in kind["nodes"] for mapping in node.get("extraPortMappings", [])]
        assert len(kind["nodes"]) == nodes
        assert {mapping["containerPort"] for mapping in mappings} == {*ports, web}
        assert {mapping["listenAddress"] for mapping in mappings} == {"127.0.0.1"}


def test_ha_spreads_and_protects_every_service() -> None:
    """
    Each of the four services has a budget and a spread that selects its own pods.
    """
    server = yaml.safe_load((ROOT / "charts" / "temporal" / "ha.yaml").read_text())["server"]

    assert server["replicaCount"] == 2
    for part in ("frontend", "history", "matching", "worker"):
        (spread,) = server[part]["topologySpreadConstraints"]
        assert server[part]["podDisruptionBudget"] == {"maxUnavailable": 1}
        assert spread["labelSelector"]["matchLabels"] == {
            "app.kubernetes.io/instance": variable("TEMPORAL_RELEASE"),
            "app.kubernetes.io/component": part,
        }


def millicores(text: str) -> int:
    """
    CPU as Kubernetes writes it, in thousandths of a core.
    """
    return int(text.removesuffix("m")) if text.endswith("m") else int(float(text) * 1000)


def cpu_of(path: str, *keys: str) -> int:
    """
    The CPU that a values file asks for below these keys.
    """
    found = yaml.safe_load((ROOT / path).read_text())
    for key in (*keys, "resources", "requests", "cpu"):
        found = found[key]
    return millicores(found)


def requested(*parts: str) -> int:
    """
    The CPU that pods of the plain manifests ask for.
    """
    return sum(
        millicores(container["resources"]["requests"]["cpu"])
        for path in MANIFESTS
        for found in objects(path)
        if (pod := pod_of(found)) and found["metadata"]["name"] in parts
        for container in pod["spec"]["containers"]
    )


@pytest.mark.parametrize("profile", ["dev", "postgres"])
def test_a_sweep_of_four_workers_fits_two_cores(profile: str) -> None:
    """
    Kubernetes' own pods on a node of kind ask for 870 m, metrics-server for 50: the rest must hold everything of ours.
    """
    kubernetes = 870 + 50
    if profile == "dev":
        server = cpu_of("charts/temporal-dev/values.yaml")
    else:
        parts = ("frontend", "history", "matching", "worker")
        server = sum(cpu_of("charts/temporal/kind.yaml", "server", part) for part in parts)
        server += sum(cpu_of("charts/temporal/base.yaml", part) for part in ("admintools", "web"))
        server += requested("postgres")
    workers = 4 * cpu_of("charts/repair-worker/values.yaml")
    load = sum(
        count * cpu_of("k8s/kind/loadtest-values.yaml", part)
        for part, count in (("sweep", 1), ("injectors", 2))
    )

    assert kubernetes + server + workers + load + requested("prometheus") <= 2000


def test_connections_of_all_servers_fit_the_database() -> None:
    """
    Two pods of each service may use all of their connections and the ledger still finds one.
    """
    stores = yaml.safe_load((ROOT / "charts" / "temporal" / "base.yaml").read_text())["server"]["config"][
        "persistence"
    ]
    each = sum(store["sql"]["maxConns"] for store in stores["datastores"].values())
    (stateful,) = objects(K8S / "postgres" / "statefulset.yaml")
    arguments = stateful["spec"]["template"]["spec"]["containers"][0]["args"]
    (allowed,) = (
        int(a.removeprefix("max_connections=")) for a in arguments if a.startswith("max_connections=")
    )

    assert each * 2 * 4 + 20 <= allowed


def test_the_official_chart_with_our_values_meets_restricted(tmp_path: Path) -> None:
    """
    Every pod of the official chart but its test pod may run in a namespace that enforces `restricted`.
    """
    chart = os.environ.get("TEMPORAL_CHART")
    if not chart or shutil.which("helm") is None:
        pytest.skip("needs helm and TEMPORAL_CHART=path of the official chart 1.6.0")
    values = [
        arg for name in ("base", "kind", "ha") for arg in ("--values", f"{ROOT}/charts/temporal/{name}.yaml")
    ]
    done = subprocess.run(
        ["helm", "template", "temporal", chart, *values],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    rendered = [found for found in yaml.safe_load_all(done.stdout) if found]
    pods = {found["metadata"]["name"]: pod for found in rendered if (pod := pod_of(found))}

    broken = {name for name, pod in pods.items() if violations(pod)}

    assert broken == {"temporal-test-cluster-health"} & set(pods)
    assert len(pods) >= 8
    assert {found["metadata"]["name"] for found in rendered if found["kind"] == "Service"} >= {
        "temporal-frontend",
        "temporal-web",
        *(f"temporal-{part}-headless" for part in ("frontend", "history", "matching", "worker")),
    }
