"""
Values as other people write them: large numbers, nothing at all, and what the API would refuse in the middle of an installation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, of_kind, only, pod_of

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
OUR_CHARTS = ("repair-worker", "loadtest", "temporal-dev")
KEDA = {"enabled": True}
# A month, and more samples than a million: helm reads them as floating-point numbers and writes 2.592e+06.
MONTH, SAMPLES = 2_592_000, 2_000_000
MONITOR = {"annotations": False, "podMonitor": {"enabled": True, "sampleLimit": SAMPLES}}


def integers(thing: Any) -> list[int]:
    """
    Every whole number in an object, those that are written as texts too.
    """
    if isinstance(thing, dict):
        return [number for inner in thing.values() for number in integers(inner)]
    if isinstance(thing, list):
        return [number for inner in thing for number in integers(inner)]
    if isinstance(thing, str) and thing.isdigit():
        return [int(thing)]
    return [thing] if isinstance(thing, int) and not isinstance(thing, bool) else []


@pytest.mark.parametrize(
    ("chart", "given", "kind"),
    [
        pytest.param("repair-worker", {"metrics": MONITOR}, "PodMonitor", id="worker-samples"),
        pytest.param("loadtest", {"metrics": MONITOR}, "PodMonitor", id="loadtest-samples"),
        pytest.param(
            "repair-worker",
            {"deployment": {"progressDeadlineSeconds": MONTH}},
            "Deployment",
            id="deadline",
        ),
        pytest.param(
            "repair-worker",
            {
                "autoscaling": {
                    "minReplicas": 0,
                    "keda": {
                        **KEDA,
                        "cooldownSeconds": MONTH,
                        "backlog": {"targetQueueSize": SAMPLES, "includeRunningWorkflowCount": True},
                    },
                }
            },
            "ScaledObject",
            id="backlog",
        ),
        pytest.param(
            "loadtest",
            {"sweep": {"activeDeadlineSeconds": MONTH, "ttlSecondsAfterFinished": SAMPLES}},
            "CronJob",
            id="sweep",
        ),
        pytest.param("loadtest", {"sweep": {"startingDeadlineSeconds": MONTH}}, "CronJob", id="late-start"),
    ],
)
def test_a_large_number_is_written_whole(
    charts: Charts, chart: str, given: dict[str, Any], kind: str
) -> None:
    """The API and KEDA take no 2.592e+06 where a whole number is wanted."""
    found = only(charts.render(chart, given), kind)

    asked = {number for number in integers(given) if number in (MONTH, SAMPLES)}
    assert asked <= set(integers(found)) and asked


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        *(pytest.param(chart, {"resources": None}, id=f"resources-{chart}") for chart in OUR_CHARTS[::2]),
        *(
            pytest.param("loadtest", {part: {"resources": None}} | extra, id=f"resources-{part}")
            for part, extra in (("sweep", {}), ("injectors", {}))
        ),
        pytest.param(
            "loadtest", {"interactive": {"enabled": True, "resources": None}}, id="resources-interactive"
        ),
        *(
            pytest.param(
                chart, {"tolerations": None, "nodeSelector": None, "affinity": None}, id=f"place-{chart}"
            )
            for chart in OUR_CHARTS[::2]
        ),
        *(
            pytest.param(chart, {"podSecurityContext": None, "securityContext": None}, id=f"context-{chart}")
            for chart in OUR_CHARTS
        ),
        *(
            pytest.param(
                chart, {"podLabels": None, "podAnnotations": None, "commonLabels": None}, id=f"labels-{chart}"
            )
            for chart in OUR_CHARTS
        ),
        pytest.param("repair-worker", {"pdb": {"maxUnavailable": None, "minAvailable": 1}}, id="budget"),
        pytest.param("repair-worker", {"probes": {"startup": None, "liveness": None}}, id="probes"),
        pytest.param(
            "repair-worker", {"autoscaling": {"behavior": None, "keda": KEDA}}, id="behavior-of-keda"
        ),
        pytest.param(
            "repair-worker", {"autoscaling": {"behavior": None, "cpu": KEDA}}, id="behavior-of-the-hpa"
        ),
        pytest.param("repair-worker", {"networkPolicy": {"dnsTo": None, "scrapeFrom": None}}, id="peers"),
        pytest.param("loadtest", {"networkPolicy": {"dnsTo": None, "scrapeFrom": None}}, id="loadtest-peers"),
        pytest.param("repair-worker", {"extraEnv": None, "envFrom": None, "extraObjects": None}, id="extras"),
        pytest.param("loadtest", {"sweep": {"waits": None, "extraArgs": None}}, id="arguments"),
        pytest.param(
            "repair-worker",
            {"deployment": {"kind": "WorkerDeployment"}, "workerDeployment": {"rollout": {"gate": None}}},
            id="gate",
        ),
        pytest.param("temporal-dev", {"dynamicConfig": None, "namespaces": None}, id="server"),
    ],
)
def test_what_is_left_out_by_null_is_left_out(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """Lists, maps and what Kubernetes has a default for may be null; nothing renders as null by it."""
    objects = charts.render(chart, given)

    demand_known_to_the_api(objects)
    assert [found["metadata"]["name"] for found in objects if None in leaves(found)] == []


def leaves(thing: Any) -> list[Any]:
    """
    Every value in an object that holds no other.
    """
    if isinstance(thing, dict):
        return [leaf for inner in thing.values() for leaf in leaves(inner)]
    if isinstance(thing, list):
        return [leaf for inner in thing for leaf in leaves(inner)]
    return [thing]


@pytest.mark.parametrize(
    ("chart", "given", "said"),
    [
        pytest.param("repair-worker", {"networkPolicy": None}, "networkPolicy", id="policy"),
        pytest.param("repair-worker", {"networkPolicy": {"dnsPorts": None}}, "dnsPorts", id="dns"),
        pytest.param("loadtest", {"networkPolicy": {"dnsPorts": None}}, "dnsPorts", id="loadtest-dns"),
        pytest.param("loadtest", {"networkPolicy": {"apiServerPorts": None}}, "apiServerPorts", id="api"),
        pytest.param("repair-worker", {"temporal": {"tls": None}}, "tls", id="tls"),
        pytest.param("repair-worker", {"temporal": {"address": None}}, "address", id="address"),
        pytest.param("repair-worker", {"settings": {"activitySlots": None}}, "activitySlots", id="slots"),
        pytest.param(
            "repair-worker",
            {"settings": {"gracefulShutdownSeconds": None}},
            "gracefulShutdownSeconds",
            id="end",
        ),
        pytest.param("loadtest", {"workers": None}, "workers", id="workers"),
        pytest.param("loadtest", {"injectors": {"serviceAccount": None}}, "serviceAccount", id="account"),
        pytest.param("temporal-dev", {"storage": None}, "storage", id="storage"),
    ],
)
def test_what_cannot_be_left_out_is_named(
    charts: Charts, chart: str, given: dict[str, Any], said: str
) -> None:
    """In one line by its name, and not by a nil pointer in a template."""
    words = charts.refusal(chart, given)

    assert f"missing property '{said}'" in words
    assert "nil pointer" not in words


@pytest.mark.parametrize("chart", OUR_CHARTS)
def test_a_block_that_templates_read_is_required(chart: str) -> None:
    """Each block of values.yaml with a schema of its own, but for those that may be null."""
    schema = json.loads((CHARTS / chart / "values.schema.json").read_text())
    values = yaml.safe_load((CHARTS / chart / "values.yaml").read_text())
    may_be_null = {"resources", "behavior", "gate", "waits"}

    def walk(given: Any, known: dict[str, Any], where: str) -> list[str]:
        missing = []
        for key, inner in known.get("properties", {}).items():
            block = isinstance(given.get(key), dict) and "properties" in inner and key not in may_be_null
            if block and key not in known.get("required", []):
                missing.append(f"{where}.{key}")
            if block:
                missing += walk(given[key], inner, f"{where}.{key}")
        return missing

    assert walk(values, schema, chart) == []


DIGEST = "sha256:" + 64 * "a"
REFUSED = [
    pytest.param({"podLabels": {"team": "a b"}}, "/podLabels/team", id="sign-in-a-label"),
    pytest.param({"commonLabels": {"team": 64 * "x"}}, "/commonLabels/team", id="long-label"),
    pytest.param({"commonLabels": {"the team": "a"}}, "the team", id="sign-in-a-key"),
    pytest.param({"image": {"repository": "registry:5000/shop:1.2"}}, "/image/repository", id="tag-in-both"),
    pytest.param({"image": {"repository": f"shop@{DIGEST}"}}, "/image/repository", id="digest-in-both"),
]


@pytest.mark.parametrize("chart", OUR_CHARTS)
@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_the_api_would_refuse_is_refused_here(
    charts: Charts, chart: str, given: dict[str, Any], said: str
) -> None:
    """Before the first object is made; helm would else leave a release half done."""
    assert said in charts.refusal(chart, given)


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"temporal": {"apiKey": {"key": "../key"}}}, "/temporal/apiKey/key", id="secret-key"),
        pytest.param({"temporal": {"address": "temporal:0"}}, "/temporal/address", id="no-port"),
        pytest.param({"networkPolicy": {"dnsPorts": []}}, "/networkPolicy/dnsPorts", id="every-port"),
    ],
)
def test_what_would_be_wrong_in_silence_is_refused(
    charts: Charts, chart: str, given: dict[str, Any], said: str
) -> None:
    """A policy without ports allows all of them; a key or a port that cannot be is seen at the first connection only."""
    assert said in charts.refusal(chart, given)


@pytest.mark.parametrize(
    "repository", ["registry.example:5000/team/shop", "localhost/shop", "[::1]:5000/shop"]
)
@pytest.mark.parametrize("chart", OUR_CHARTS)
def test_a_registry_may_have_a_port(charts: Charts, chart: str, repository: str) -> None:
    """Its colon is no tag's."""
    objects = charts.render(chart, {"image": {"repository": repository, "tag": "1.2"}})
    images = {
        container["image"]
        for found in objects
        if (pod := pod_of(found))
        for container in pod["spec"]["containers"]
    }

    assert images == {f"{repository}:1.2"}


def test_an_annotation_of_ours_stands_once(charts: Charts) -> None:
    """A user's own of the same key does not make it a second one, which Flux and kustomize refuse."""
    given = {"podAnnotations": {"prometheus.io/port": "1", "team": "shop"}}
    for chart in OUR_CHARTS:
        for found in of_kind(charts.render(chart, given), "Deployment"):
            annotations = found["spec"]["template"]["metadata"]["annotations"]
            assert annotations["team"] == "shop"
            assert annotations["prometheus.io/port"] != "1"


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
def test_names_that_nobody_looks_up_are_refused(charts: Charts, chart: str) -> None:
    """Kubernetes refuses a pod that is to use no name server of the cluster and is given none."""
    assert "dnsPolicy = None without dnsConfig.nameservers" in charts.refusal(chart, {"dnsPolicy": "None"})

    servers = {"nameservers": ["192.0.2.1"]}
    demand_known_to_the_api(charts.render(chart, {"dnsPolicy": "None", "dnsConfig": servers}))
