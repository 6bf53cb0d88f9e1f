"""
An authority that trust-manager, OpenShift or a company delivers as a ConfigMap does all that one in a Secret does.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_schemas import demand_known_to_the_api
from rendering import Charts, only, pods
from restricted import violations

pytestmark = pytest.mark.process

BOTH = ("repair-worker", "loadtest")
CONTROLLED = {"deployment": {"kind": "WorkerDeployment"}}
KEY = "ca-bundle.crt"


def trusting(source: str, **more: Any) -> dict[str, Any]:
    """
    Values by which a chart reads its authority from a Secret or from a ConfigMap.
    """
    given: dict[str, Any] = {
        "temporal": {"tls": {"ca": {source: "company-ca", "key": KEY}}},
        "image": {"tag": "1"},
    }
    return {**given, **more}


@pytest.mark.parametrize(
    ("chart", "more", "expected"),
    [
        pytest.param("repair-worker", {}, 2, id="workers-and-their-test"),
        pytest.param("repair-worker", CONTROLLED, 2, id="versions-of-a-controller"),
        pytest.param("loadtest", {"interactive": {"enabled": True}}, 4, id="sweep-injectors-and-locust"),
    ],
)
def test_pods_differ_in_the_volume_alone(
    charts: Charts, chart: str, more: dict[str, Any], expected: int
) -> None:
    """Every pod that speaks to Temporal mounts it where the variable points, with rights like a Secret's."""
    of_secret = pods(charts, chart, trusting("existingSecret", **more))
    of_map = pods(charts, chart, trusting("existingConfigMap", **more))

    found = {name: pod for name, pod in of_map.items() if "temporal-ca" in json.dumps(pod)}
    assert len(found) == expected
    for pod in found.values():
        (volume,) = (volume for volume in pod["spec"]["volumes"] if volume["name"] == "temporal-ca")
        assert volume.pop("configMap") == {"name": "company-ca", "defaultMode": 0o440}
        volume["secret"] = {"secretName": "company-ca", "defaultMode": 0o440}
    assert of_map == of_secret


@pytest.mark.parametrize("chart", BOTH)
def test_the_other_objects_are_those_of_a_secret(charts: Charts, chart: str) -> None:
    """The ConfigMap of the workers' settings turns TLS on and names the file; no policy and no role differs."""
    of_secret, of_map = (
        [
            found
            for found in charts.render(chart, trusting(source))
            if "temporal-ca" not in json.dumps(found).replace("/etc/temporal-ca", "")
        ]
        for source in ("existingSecret", "existingConfigMap")
    )

    assert of_secret == of_map
    if chart == "repair-worker":
        data = only(of_map, "ConfigMap")["data"]
        assert data["TEMPORAL_TLS"] == "true"
        assert data["TEMPORAL_TLS_SERVER_CA_CERT_PATH"] == f"/etc/temporal-ca/{KEY}"


def test_keda_reads_the_configmap(charts: Charts) -> None:
    """Certificate and key come from their Secret and the authority from its ConfigMap, as one parameter each."""
    tls = {
        "ca": {"existingConfigMap": "company-ca", "key": KEY},
        "clientCertificate": {"existingSecret": "client"},
    }
    given = {"temporal": {"tls": tls}, "autoscaling": {"keda": {"enabled": True}}, "image": {"tag": "1"}}

    objects = charts.render("repair-worker", given)

    demand_known_to_the_api(objects)
    spec = only(objects, "TriggerAuthentication")["spec"]
    assert [one["parameter"] for one in spec["secretTargetRef"]] == ["cert", "key"]
    assert spec["configMapTargetRef"] == [{"parameter": "ca", "name": "company-ca", "key": KEY}]


@pytest.mark.parametrize("chart", BOTH)
def test_a_configmap_is_allowed_by_the_restricted_standard(charts: Charts, chart: str) -> None:
    """A volume of a ConfigMap is one of the kinds that a restricted namespace takes."""
    found = pods(charts, chart, trusting("existingConfigMap"))

    assert found
    assert {name: violations(pod) for name, pod in found.items()} == {name: [] for name in found}


@pytest.mark.parametrize("chart", BOTH)
def test_two_sources_are_refused(charts: Charts, chart: str) -> None:
    """One would win by the order of a template, and a stale authority would be trusted without a word."""
    ca = {"existingSecret": "mine", "existingConfigMap": "company-ca"}

    said = charts.refusal(chart, {"temporal": {"tls": {"ca": ca}}})

    assert (
        "temporal.tls.ca has existingSecret = mine and existingConfigMap = company-ca: "
        "the authority is read from one of them; leave one out" in said
    )


@pytest.mark.parametrize("chart", BOTH)
def test_a_name_that_is_none_is_refused(charts: Charts, chart: str) -> None:
    """The API would refuse the pods later, one after the other."""
    assert "existingConfigMap" in charts.refusal(
        chart, {"temporal": {"tls": {"ca": {"existingConfigMap": "Company_CA"}}}}
    )
