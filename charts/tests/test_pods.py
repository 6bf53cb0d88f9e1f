"""
What every pod of our charts has, and what a user may add to one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from rendering import Charts, Object, only, pods

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
TOLERATIONS = [{"key": "dedicated", "operator": "Exists"}]
PARTS = ("sweep", "injectors", "interactive")


def specifications(charts: Charts, chart: str, given: dict[str, Any]) -> dict[str, Object]:
    """
    The specification of every pod that a chart makes, those of a sweep's injectors too.
    """
    return {name: pod["spec"] for name, pod in pods(charts, chart, given).items()}


def everything(chart: str) -> dict[str, Any]:
    """
    Values that use every knob.
    """
    loaded: dict[str, Any] = yaml.safe_load((CHARTS / chart / "ci" / "everything-values.yaml").read_text())
    return loaded


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest", "temporal-dev"])
def test_no_service_becomes_environment(charts: Charts, chart: str) -> None:
    """A Service called repairshop-something in the namespace does not reach a pod as a setting."""
    found = specifications(charts, chart, {"interactive": {"enabled": True}} if chart == "loadtest" else {})

    assert found
    assert {name for name, pod in found.items() if pod.get("enableServiceLinks") is not False} == set()


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param("repair-worker", {"tolerations": TOLERATIONS}, id="repair-worker"),
        pytest.param("temporal-dev", {"tolerations": TOLERATIONS}, id="temporal-dev"),
        pytest.param(
            "loadtest",
            {part: {"tolerations": TOLERATIONS, "enabled": True} for part in PARTS if part == "interactive"}
            | {part: {"tolerations": TOLERATIONS} for part in PARTS if part != "interactive"},
            id="loadtest",
        ),
    ],
)
def test_every_pod_bears_taints(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """Where all nodes are tainted no pod stays pending, neither that of `helm test` nor the one that binds the claim."""
    found = specifications(charts, chart, given)

    assert {name for name, pod in found.items() if pod.get("tolerations") != TOLERATIONS} == set()


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest", "temporal-dev"])
def test_openshift_numbers_users_itself(charts: Charts, chart: str) -> None:
    """With null no pod asks for a user or a group, and still none may be root."""
    context = {"runAsUser": None, "runAsGroup": None, "fsGroup": None}
    for pod in specifications(charts, chart, {"podSecurityContext": context}).values():
        assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
def test_every_knob_reaches_the_pod(charts: Charts, chart: str) -> None:
    """Environment, volumes, containers and placement are passed on as they are given, templates rendered."""
    for name, pod in specifications(charts, chart, everything(chart)).items():
        if name.endswith("-test"):
            continue
        main = pod["containers"][0]
        # The sweep's pod lays old runs aside first, on a volume of its own.
        before = ["old-runs", "proxy"] if name.endswith("-sweep") else ["proxy"]
        assert [container["name"] for container in pod["initContainers"]] == before, name
        assert pod["containers"][1]["name"] == "agent"
        assert {"secretRef": {"name": "more"}} in main["envFrom"]
        assert {"name": "TZ", "value": "UTC"} in main["env"]
        assert {"name": "authorities", "configMap": {"name": "authorities"}} in pod["volumes"]
        assert "/etc/authorities" in {mount["mountPath"] for mount in main["volumeMounts"]}
        assert pod["priorityClassName"] == "high"
        assert pod["dnsConfig"] == {"options": [{"name": "ndots", "value": "2"}]}
        assert pod["hostAliases"]


def test_what_is_the_workers_alone(charts: Charts) -> None:
    """Command, hooks, probes, grace and rollout of the Deployment are values; a probe that is null is gone."""
    deployment = only(charts.render("repair-worker", everything("repair-worker")), "Deployment")
    spec, pod = deployment["spec"], deployment["spec"]["template"]["spec"]
    main = pod["containers"][0]

    assert (main["command"], main["args"]) == (["python"], ["-m", "repairshop"])
    assert main["lifecycle"] == {"preStop": {"sleep": {"seconds": 1}}}
    assert "startupProbe" not in main
    assert main["livenessProbe"]["periodSeconds"] == 20
    assert pod["terminationGracePeriodSeconds"] == 60
    assert (pod["runtimeClassName"], pod["schedulerName"]) == ("gvisor", "another")
    assert {"name": "RELEASE", "value": "kit"} in main["env"]
    assert (spec["minReadySeconds"], spec["revisionHistoryLimit"]) == (5, 1)
    assert spec["strategy"] == {"type": "Recreate"}
    assert deployment["metadata"]["annotations"]["reloader.stakater.com/auto"] == "true"


def test_a_drain_need_not_wait_for_temporal(charts: Charts) -> None:
    """Workers that are unready while Temporal is away may be evicted, and a quarter of the ready ones."""
    spec = only(charts.render("repair-worker", {}), "PodDisruptionBudget")["spec"]

    assert spec["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    assert spec["maxUnavailable"] == "25%"


def test_a_strict_spread_takes_nodes_without_a_zone(charts: Charts) -> None:
    """
    A rule on zones that must hold keeps every pod pending on nodes that have none, such as those of kind.
    """
    given = {"topologySpread": {"whenUnsatisfiable": "DoNotSchedule"}}
    deployment = only(charts.render("repair-worker", given), "Deployment")
    rules = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]

    assert {rule["topologyKey"]: rule["whenUnsatisfiable"] for rule in rules} == {
        "kubernetes.io/hostname": "DoNotSchedule",
        "topology.kubernetes.io/zone": "ScheduleAnyway",
    }


def test_workers_spread_over_nodes_and_zones(charts: Charts) -> None:
    """Each generation of a rollout is spread for itself."""
    (pod,) = (
        pod
        for name, pod in specifications(charts, "repair-worker", {}).items()
        if name.startswith("Deployment/")
    )
    found = {rule["topologyKey"]: rule["matchLabelKeys"] for rule in pod["topologySpreadConstraints"]}

    assert found == {
        "kubernetes.io/hostname": ["pod-template-hash"],
        "topology.kubernetes.io/zone": ["pod-template-hash"],
    }


@pytest.mark.parametrize("build", ["1.4.2", "3f786850e387550fdab836ed7e6dc881de23001b", "4081234"])
def test_builds_of_any_kind(charts: Charts, build: str) -> None:
    """A semantic version, a whole commit and digits alone are build ids; of a long one the release holds the first signs."""
    slug = build.replace(".", "-")[:12]
    given = {
        "fullnameOverride": f"repair-worker-{slug}",
        "temporal": {"versioning": {"deploymentName": "shop", "buildId": build}},
    }
    objects = charts.render("repair-worker", given)

    assert only(objects, "ConfigMap")["data"]["TEMPORAL_WORKER_BUILD_ID"] == build
    labels = only(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert labels["temporal-kit/build-id"] == build
