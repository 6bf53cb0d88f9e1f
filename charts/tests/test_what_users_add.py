"""
What a user adds to a pod beside what is ours: it takes our part's place, or stands next to it, and breaks neither.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, of_kind, only, pods

pytestmark = pytest.mark.process

CONTROLLED = {"deployment": {"kind": "WorkerDeployment"}}
SIDECAR = {"name": "proxy", "image": "registry.example.org/proxy:1", "restartPolicy": "Always"}


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param("repair-worker", {}, id="repair-worker"),
        pytest.param("loadtest", {"interactive": {"enabled": True}}, id="loadtest"),
        pytest.param("temporal-dev", {}, id="temporal-dev"),
    ],
)
def test_every_pod_has_the_annotations(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """
    In a namespace of a mesh the pods that end must be left out as well: one with a proxy never ends, and helm waits for it.
    """
    kept_out = {"sidecar.istio.io/inject": "false"}
    found = pods(charts, chart, {**given, "podAnnotations": kept_out})

    assert found
    assert {
        name
        for name, pod in found.items()
        if not kept_out.items() <= (pod["metadata"].get("annotations") or {}).items()
    } == set()


def test_the_pod_that_binds_the_claim_is_not_scraped(charts: Charts) -> None:
    """
    It serves no page.
    """
    (claim,) = (pod for name, pod in pods(charts, "loadtest", {}).items() if "-claim-" in name)

    assert not [key for key in claim["metadata"].get("annotations", {}) if key.startswith("prometheus.io/")]


@pytest.mark.parametrize(
    ("chart", "given", "name", "wanted"),
    [
        pytest.param("repair-worker", {}, "REPAIRSHOP_IDENTITY", "mine", id="identity"),
        pytest.param("repair-worker", CONTROLLED, "REPAIRSHOP_ACTIVITY_SLOTS", "mine", id="setting"),
        pytest.param(
            "repair-worker",
            {"temporal": {"apiKey": {"existingSecret": "key"}}},
            "TEMPORAL_API_KEY",
            "mine",
            id="api-key",
        ),
        pytest.param("loadtest", {"interactive": {"enabled": True}}, "TEMPORAL_NAMESPACE", "mine", id="load"),
        pytest.param(
            "loadtest",
            {"temporal": {"tls": {"serverName": "a.example"}}},
            "TEMPORAL_TLS_SERVER_NAME",
            "mine",
            id="server-name",
        ),
    ],
)
def test_no_variable_stands_twice(
    charts: Charts, chart: str, given: dict[str, Any], name: str, wanted: str
) -> None:
    """
    A user's variable takes ours' place: Helm 4, Argo CD and Flux apply on the server, which refuses a name that stands twice.
    """
    found = pods(charts, chart, {**given, "extraEnv": [{"name": name, "value": wanted}]})
    seen = set()
    for pod in found.values():
        for container in pod["spec"]["containers"]:
            names = [one["name"] for one in container.get("env", [])]
            assert len(names) == len(set(names)), names
            seen |= {one.get("value") for one in container.get("env", []) if one["name"] == name}

    assert seen == {wanted}


def test_what_a_container_must_be_told_stays_ours(charts: Charts) -> None:
    """
    The injectors' port is the one that their container declares, and helm test ends after the values' time.
    """
    port = {"extraEnv": [{"name": "LOADTEST_INJECTOR_METRICS_PORT", "value": "1"}]}
    time = {"extraEnv": [{"name": "TIMEOUT_SECONDS", "value": "1"}]}
    (injectors,) = (
        pod for name, pod in pods(charts, "loadtest", port).items() if name.endswith("-injectors")
    )
    (test,) = (pod for name, pod in pods(charts, "repair-worker", time).items() if name.endswith("-test"))

    assert {"name": "LOADTEST_INJECTOR_METRICS_PORT", "value": "9646"} in injectors["spec"]["containers"][0][
        "env"
    ]
    assert {"name": "TIMEOUT_SECONDS", "value": "30"} in test["spec"]["containers"][0]["env"]


@pytest.mark.parametrize(
    "handler",
    [{"tcpSocket": {"port": "metrics"}}, {"exec": {"command": ["alive"]}}, {"grpc": {"port": 9000}}],
    ids=lambda handler: str(*handler),
)
def test_a_probe_of_another_kind_replaces_ours(charts: Charts, handler: dict[str, Any]) -> None:
    """
    Helm merges a user's probe into the default one, and the API takes one handler alone.
    """
    given = {"probes": dict.fromkeys(("startup", "liveness", "readiness"), handler)}
    main = only(charts.render("repair-worker", given), "Deployment")["spec"]["template"]["spec"][
        "containers"
    ][0]

    for kind in ("startup", "liveness", "readiness"):
        probe = main[f"{kind}Probe"]
        assert probe.keys() & {"httpGet", "tcpSocket", "exec", "grpc"} == handler.keys()
        # What is no handler is still ours.
        assert probe["timeoutSeconds"] == 5


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"extraContainers": [{"name": "agent", "image": "agent:1"}]}, id="container"),
        pytest.param({"initContainers": [SIDECAR]}, id="sidecar"),
    ],
)
def test_cpu_is_the_workers_where_something_runs_beside_it(charts: Charts, given: dict[str, Any]) -> None:
    """
    A container without a CPU request would keep the autoscaler from every figure of the pod, and the fleet from growing.
    """
    objects = charts.render("repair-worker", {**given, "autoscaling": {"cpu": {"enabled": True}}})
    (metric,) = only(objects, "HorizontalPodAutoscaler")["spec"]["metrics"]

    assert metric == {
        "type": "ContainerResource",
        "containerResource": {
            "name": "cpu",
            "container": "worker",
            "target": {"type": "Utilization", "averageUtilization": 70},
        },
    }


def test_what_ends_first_changes_no_autoscaler(charts: Charts) -> None:
    """
    A container that has ended before the worker starts is not counted.
    """
    given = {
        "initContainers": [{"name": "wait", "image": "wait:1"}],
        "autoscaling": {"cpu": {"enabled": True}},
    }
    (metric,) = only(charts.render("repair-worker", given), "HorizontalPodAutoscaler")["spec"]["metrics"]

    assert metric["type"] == "Resource"


def test_every_pod_of_the_load_test_may_have_a_runtime_and_a_scheduler(charts: Charts) -> None:
    """
    As the workers' pods may.
    """
    given = {"runtimeClassName": "gvisor", "schedulerName": "another", "interactive": {"enabled": True}}
    found = pods(charts, "loadtest", given)

    assert {
        (pod["spec"].get("runtimeClassName"), pod["spec"].get("schedulerName")) for pod in found.values()
    } == {("gvisor", "another")}


@pytest.mark.parametrize("scrapers", [None, [{"podSelector": {}}]], ids=["nobody", "scrapers"])
def test_more_ingress_reaches_every_policy_of_the_load_test(charts: Charts, scrapers: Any) -> None:
    """
    A gateway may be let in to the interactive Locust's page, whoever reads metrics.
    """
    rule = {"from": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": 8089}]}
    given = {
        "networkPolicy": {"scrapeFrom": scrapers, "extraIngress": [rule]},
        "interactive": {"enabled": True},
    }
    policies = of_kind(charts.render("loadtest", given), "NetworkPolicy")

    assert len(policies) == 3
    assert all(rule in policy["spec"]["ingress"] for policy in policies)


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param(
            "repair-worker",
            lambda asked: {"resources": asked, "test": {"resources": asked}},
            id="repair-worker",
        ),
        pytest.param(
            "loadtest",
            lambda asked: {
                **{part: {"resources": asked} for part in ("sweep", "injectors")},
                "interactive": {"enabled": True, "resources": asked},
                "results": {"runs": 3},
            },
            id="loadtest",
        ),
        pytest.param(
            "temporal-dev",
            lambda asked: {"resources": asked},
            id="temporal-dev",
        ),
    ],
)
def test_every_container_may_have_limits(charts: Charts, chart: str, given: Any) -> None:
    """
    A quota on CPU limits refuses each pod that has none, and a Job whose pod is refused is waited for in vain.
    """
    asked = {"requests": {"cpu": "70m", "memory": "80Mi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
    found = {
        f"{name}/{container['name']}": container.get("resources")
        for name, pod in pods(charts, chart, given(asked)).items()
        for container in (*pod["spec"].get("initContainers", []), *pod["spec"]["containers"])
    }

    assert found
    assert {name for name, resources in found.items() if resources != asked} == set()


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
def test_an_old_kubernetes_has_no_sidecars(charts: Charts, chart: str) -> None:
    """
    Before 1.29 it drops `restartPolicy: Always` in silence, and a pod waits for ever for its sidecar to end.
    """
    done = [
        charts.helm("template", chart, {"initContainers": [SIDECAR]}, "--kube-version", version)
        for version in ("v1.28.9-eks-036c24b", "v1.29.0-gke.1")
    ]

    assert [one.returncode for one in done] == [1, 0]
    assert "initContainers: proxy has restartPolicy = Always on Kubernetes v1.28.9" in done[0].stderr
