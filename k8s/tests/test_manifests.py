"""
What holds for the plain manifests of `k8s/` and for the values of the official chart.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from kustomized import FOLDERS, everything, objects
from make_command import variable
from rendering import pod_of
from restricted import violations

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
K8S = ROOT / "k8s"
NAMESPACES = {"temporal", "repair-shop", "loadtest", "monitoring"}
RENAMES = [
    {"source_labels": ["exported_namespace"], "regex": "(.+)", "target_label": "temporal_namespace"},
    {"regex": "exported_namespace", "action": "labeldrop"},
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_objects_meet_the_kubernetes_schemas(folder: str) -> None:
    """
    Every folder is taken by `kubectl apply --kustomize` as it is, and every object is what Kubernetes 1.34 knows.
    """
    demand_known_to_the_api(objects(folder))


@pytest.mark.parametrize("folder", FOLDERS)
def test_objects_carry_our_label_and_their_namespace(folder: str) -> None:
    """
    `make down` finds everything, and nothing lands where kubectl happens to point.
    """
    for found in objects(folder):
        assert found["metadata"]["labels"]["app.kubernetes.io/part-of"] == "temporal-kit"
        # The operator's Grafana finds dashboards in every namespace: there the caller says which.
        if found["kind"] != "Namespace" and folder != "monitoring/operator":
            assert found["metadata"]["namespace"] in NAMESPACES
        for claim in found.get("spec", {}).get("volumeClaimTemplates", []):
            assert claim["metadata"]["labels"]["app.kubernetes.io/part-of"] == "temporal-kit"


def test_pods_meet_restricted_pod_security() -> None:
    """
    PostgreSQL, Prometheus and Grafana may run in a namespace that enforces `restricted`, with a read-only root.
    """
    pods = {found["metadata"]["name"]: pod for _, found in everything() if (pod := pod_of(found))}

    assert set(pods) == {"postgres", "prometheus", "grafana"}
    for name, pod in pods.items():
        assert violations(pod) == [], name
        assert all(c["securityContext"]["readOnlyRootFilesystem"] for c in pod["spec"]["containers"]), name


def test_only_dashboards_carry_the_sidecars_label() -> None:
    """
    Grafana's sidecar loads what carries its label: the dashboards, all of them, and nothing else.
    """
    marked = [
        found
        for _, found in everything()
        if found["kind"] == "ConfigMap" and "grafana_dashboard" in found["metadata"]["labels"]
    ]

    assert {re.sub(r"-[a-z0-9]{10}$", "", found["metadata"]["name"]) for found in marked} == {
        "grafana-dashboards"
    }
    written = {path.name for path in (ROOT / "dashboards" / "json").iterdir()}
    assert [set(found["data"]) for found in marked] == [written] * len(marked)


def test_every_namespace_enforces_restricted() -> None:
    """
    A pod that asks for more than it needs is refused, not warned of.
    """
    found = {
        one["metadata"]["name"]: one["metadata"]["labels"]
        for folder in ("namespaces", "monitoring/prometheus")
        for one in objects(folder)
        if one["kind"] == "Namespace"
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
    found = [one for _, one in everything() if one["apiVersion"].startswith("rbac.")]
    scraped = yaml.safe_load((K8S / "monitoring/prometheus/prometheus.yml").read_text())["scrape_configs"]

    assert {one["kind"] for one in found} == {"Role", "RoleBinding"}
    assert {one["metadata"]["namespace"] for one in found if one["kind"] == "Role"} == NAMESPACES
    assert [set(sd["namespaces"]["names"]) for job in scraped for sd in job["kubernetes_sd_configs"]] == [
        NAMESPACES
    ]


def test_one_spelling_of_namespace() -> None:
    """
    Temporal's namespace is `namespace` in Prometheus, however it is scraped.
    """
    scraped = yaml.safe_load((K8S / "monitoring/prometheus/prometheus.yml").read_text())["scrape_configs"]
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
        for _, found in everything()
        if (pod := pod_of(found))
        for container in pod["spec"]["containers"]
    }
    dev = yaml.safe_load((ROOT / "charts" / "temporal-dev" / "values.yaml").read_text())["image"]
    web = yaml.safe_load((ROOT / "charts" / "temporal" / "base.yaml").read_text())["web"]["image"]

    assert wanted == {variable(f"{name}_IMAGE") for name in ("POSTGRES", "PROMETHEUS", "GRAFANA")}
    assert variable("DEV_IMAGES") == f"{dev['repository']}:{dev['tag']}"
    assert f"temporalio/ui:{web['tag']}" in variable("SERVER_IMAGES").split()


def node_ports(folder: str) -> set[int]:
    """
    The fixed ports of nodes that the Services of a folder take.
    """
    return {
        port["nodePort"]
        for found in objects(folder)
        if found["kind"] == "Service"
        for port in found["spec"]["ports"]
        if "nodePort" in port
    }


def test_node_ports_are_mapped_to_this_machine_only() -> None:
    """
    Fixed ports of nodes are what kind and minikube map to 127.0.0.1, and only the folders for them have any.
    """
    ports = {folder: node_ports(folder) for folder in FOLDERS}
    official = yaml.safe_load((ROOT / "charts/temporal/kind.yaml").read_text())["web"]["service"]["nodePort"]
    dev = yaml.safe_load((K8S / "values/dev-local.yaml").read_text())["web"]["service"]["nodePort"]
    wanted = {official, dev}.union(*ports.values())

    assert {folder for folder, found in ports.items() if found} == {
        "monitoring/prometheus-local",
        "monitoring/grafana-local",
    }
    assert {
        found["spec"].get("type", "ClusterIP") for _, found in everything() if found["kind"] == "Service"
    } == {
        "ClusterIP",
        "NodePort",
    }
    for name, nodes in (("one-node", 1), ("three-nodes", 3)):
        kind = yaml.safe_load((K8S / "kind" / f"{name}.yaml").read_text())
        mappings = [mapping for node in kind["nodes"] for mapping in node.get("extraPortMappings", [])]
        assert len(kind["nodes"]) == nodes
        assert {mapping["containerPort"] for mapping in mappings} == wanted
        assert {mapping["listenAddress"] for mapping in mappings} == {"127.0.0.1"}
    (flag,) = re.findall(r"^--ports=(.*)$", (K8S / "minikube/start.flags").read_text(), re.MULTILINE)
    assert set(flag.split(",")) == {f"127.0.0.1:{port}:{port}" for port in wanted}


def test_files_that_are_named_are_there() -> None:
    """
    What a comment or a page of charts and manifests says to apply, read or give exists.
    """
    named = re.compile(
        r"(?<![\w/.-])(?:k8s|charts|loadtest|dashboards|worker)/[\w./-]*\.(?:ya?ml|toml|py|sh|md)\b"
    )
    kinds = {".yaml", ".yml", ".md", ".mk", ".sh", ".flags", ".txt", ".tpl"}
    files = [
        file
        for folder in ("k8s", "charts")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in kinds and file.is_file()
    ]

    found = {(file, path) for file in files for path in named.findall(file.read_text())}

    assert found
    assert [f"{file}: {path}" for file, path in sorted(found) if not (ROOT / path).exists()] == []
