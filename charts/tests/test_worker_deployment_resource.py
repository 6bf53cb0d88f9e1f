"""
The workers' chart with Temporal's worker controller: a Connection, a WorkerDeployment, an autoscaler for each version.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import custom_problems, demand_known_to_the_api
from rendering import Charts, of_kind, only
from worker_chart_values import CHART, values

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
KINDS = json.loads((Path(__file__).parent / "data" / "worker-controller.json").read_text())["definitions"]
VARIANTS = ["controller-values.yaml", "controller-keda-values.yaml"]
CONTROLLED = {"deployment": {"kind": "WorkerDeployment"}}


def variant(name: str) -> dict[str, Any]:
    """
    The values of one variant.
    """
    loaded: dict[str, Any] = yaml.safe_load((CHARTS / CHART / "ci" / name).read_text())
    return loaded


@pytest.mark.parametrize("name", VARIANTS)
def test_objects_are_what_the_controller_takes(charts: Charts, name: str) -> None:
    """Each object has the controller's fields and no other, and what is a pod or an autoscaler inside is one."""
    objects = charts.render(CHART, variant(name))
    custom = [found for found in objects if found["apiVersion"] == "temporal.io/v1alpha1"]

    assert {found["kind"] for found in custom} == set(KINDS)
    assert {found["kind"]: custom_problems(found) for found in custom} == {kind: [] for kind in KINDS}
    template = only(objects, "WorkerDeployment")["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "w", **template["metadata"]}}
    demand_known_to_the_api([{**pod, "spec": template["spec"]}])


def test_the_schema_sees_mistakes(charts: Charts) -> None:
    """A misspelt field, a short pause and two credentials are each found."""
    objects = charts.render(CHART, variant(VARIANTS[0]))
    deployment = copy.deepcopy(only(objects, "WorkerDeployment"))
    connection = copy.deepcopy(only(objects, "Connection"))
    deployment["spec"]["rollout"]["steps"][0]["pauseDuration"] = "10s"
    deployment["spec"]["rollout"]["gates"] = {}
    connection["spec"]["apiKeySecretRef"] = {"name": "k", "key": "k"}

    assert len(custom_problems(deployment)) == 2
    assert len(custom_problems(connection)) == 1


def test_nobody_else_makes_pods(charts: Charts) -> None:
    """There is no Deployment beside the controller's, and no autoscaler but its template."""
    objects = charts.render(CHART, variant(VARIANTS[1]))

    assert of_kind(objects, "Deployment") == of_kind(objects, "ScaledObject") == []


def test_a_version_keeps_its_settings(charts: Charts) -> None:
    """Settings stand in the template, not in a ConfigMap that the next release changes; what the controller adds does not."""
    template = only(charts.render(CHART, values(**CONTROLLED)), "WorkerDeployment")["spec"]["template"]
    container = template["spec"]["containers"][0]
    names = [entry["name"] for entry in container["env"]]

    assert "envFrom" not in container
    assert "REPAIRSHOP_ACTIVITY_SLOTS" in names
    assert not {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_API_KEY"} & set(names)
    assert len(names) == len(set(names))


def test_credentials_come_with_the_connection(charts: Charts) -> None:
    """The API key is named by the Connection, and the controller hands it to the pods."""
    given = values(**CONTROLLED, temporal={"apiKey": {"existingSecret": "s", "key": "k"}})
    objects = charts.render(CHART, given)

    assert only(objects, "Connection")["spec"]["apiKeySecretRef"] == {"name": "s", "key": "k"}
    container = only(objects, "WorkerDeployment")["spec"]["template"]["spec"]["containers"][0]
    assert "TEMPORAL_API_KEY" not in {entry["name"] for entry in container["env"]}


def step(share: int, pause: str = "30s") -> dict[str, Any]:
    """
    One step of a rollout.
    """
    return {"rampPercentage": share, "pauseDuration": pause}


@pytest.mark.parametrize("pause", ["30s", "30000ms", "1m5s", "1h"])
def test_pauses_that_the_controller_takes(charts: Charts, pause: str) -> None:
    """Half a minute and more, however it is written."""
    given = values(**CONTROLLED, workerDeployment={"rollout": {"steps": [step(1, pause), step(99)]}})

    assert only(charts.render(CHART, given), "WorkerDeployment")["spec"]["rollout"]["steps"][0] == step(
        1, pause
    )


@pytest.mark.parametrize(
    ("temporal", "name"),
    [
        pytest.param({}, None, id="plain"),
        pytest.param({"tls": {"enabled": True}}, "t.example.org", id="tls"),
        pytest.param({"tls": {"ca": {"existingSecret": "a"}}}, "t.example.org", id="own-authority"),
        pytest.param({"tls": {"enabled": True, "serverName": "shop"}}, "shop", id="name"),
        pytest.param({"tls": {"clientCertificate": {"existingSecret": "c"}}}, None, id="certificate"),
        pytest.param({"apiKey": {"existingSecret": "k"}}, None, id="api-key"),
        pytest.param(
            {"address": "frontend:7233", "apiKey": {"existingSecret": "k"}}, "frontend", id="short-address"
        ),
    ],
)
def test_the_controller_speaks_tls_where_the_workers_do(
    charts: Charts, temporal: dict[str, Any], name: str | None
) -> None:
    """A credential turns TLS on for it; without one a name does, so it is given the address's."""
    given = values(**CONTROLLED, temporal={"address": "t.example.org:7233", **temporal})

    connection = only(charts.render(CHART, given), "Connection")
    assert connection["spec"].get("tls", {}).get("serverName") == name
    assert custom_problems(connection) == []


def test_the_controller_finds_a_service_of_the_workers_namespace(charts: Charts) -> None:
    """It lives elsewhere, and hands the address on to the workers."""
    objects = charts.render(CHART, values(**CONTROLLED, temporal={"address": "frontend:7233"}))

    assert only(objects, "Connection")["spec"]["hostPort"] == "frontend.default.svc:7233"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"temporal": {"versioning": {"deploymentName": "d", "buildId": "v2"}}},
            "the controller calls it NAMESPACE/NAME; leave it empty",
            id="named-twice",
        ),
        pytest.param(
            {
                "temporal": {
                    "apiKey": {"existingSecret": "k"},
                    "tls": {"clientCertificate": {"existingSecret": "c"}},
                }
            },
            "a Connection takes one of them",
            id="two-credentials",
        ),
        pytest.param(
            {"temporal": {"tls": {"clientCertificate": {"existingSecret": "c", "certKey": "crt"}}}},
            "use a Secret of type kubernetes.io/tls",
            id="other-keys",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"steps": []}}}, "there is nothing to ramp by", id="no-steps"
        ),
        pytest.param(
            {"autoscaling": {"keda": {"enabled": True, "triggers": ["slots"]}}},
            "their query cannot tell versions apart",
            id="slots-of-all-versions",
        ),
        pytest.param(
            {"temporal": {"address": "[::1]:7233"}}, "a Connection takes no IPv6 address", id="ipv6-address"
        ),
        pytest.param(
            {"fullnameOverride": "my.shop"},
            "my.shop has a dot with deployment.kind = WorkerDeployment: Temporal takes none",
            id="dotted-name",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"steps": [step(50), step(50)]}}},
            "rampPercentage = 50 follows 50: a share must be greater",
            id="steps-that-do-not-rise",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"steps": [step(50, "29s")]}}},
            "pauseDuration = 29s: the controller takes 30s or more",
            id="short-pause",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"steps": [step(50, "29999ms")]}}},
            "pauseDuration = 29999ms",
            id="short-pause-in-milliseconds",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"gate": {"input": {}}}}},
            "gate without workflowType",
            id="gate-without-workflow",
        ),
        pytest.param(
            {"workerDeployment": {"rollout": {"gate": {"workflowType": "W", "input": {}, "inputFrom": {}}}}},
            "the workflow takes one of them",
            id="two-inputs",
        ),
        pytest.param(
            {
                "codec": {"required": True, "existingSecret": "s", "keyId": "k"},
                "workerDeployment": {"rollout": {"gate": {"workflowType": "W", "input": {}}}},
            },
            "the controller does not encrypt, so no build would ever pass",
            id="gate-in-the-clear",
        ),
    ],
)
def test_preflight_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """What the controller could not do is refused with one sentence."""
    assert said in charts.refusal(CHART, values(**CONTROLLED, **given))
