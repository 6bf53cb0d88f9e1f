"""
Who owns the count of the workers' pods, and what their scaler follows.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from rendering import Charts, Object, of_kind, only
from worker_chart_values import CHART, values

pytestmark = pytest.mark.process


def scaled_object(charts: Charts, keda: dict[str, Any], **more: Any) -> Object:
    """
    The specification of the ScaledObject of these values.
    """
    autoscaling = {**more.pop("autoscaling", {}), "keda": {"enabled": True, **keda}}
    spec: Object = only(charts.render(CHART, values(autoscaling=autoscaling, **more)), "ScaledObject")["spec"]
    return spec


def test_nobody_but_the_scaler_owns_the_count(charts: Charts) -> None:
    """Without a given count, and with an autoscaler, the Deployment names no replicas."""
    for given in (
        values(),
        values(autoscaling={"cpu": {"enabled": True}}),
        values(autoscaling={"keda": {"enabled": True}}),
    ):
        assert "replicas" not in only(charts.render(CHART, given), "Deployment")["spec"]


@pytest.mark.parametrize("count", [0, 3])
def test_a_given_count_is_kept(charts: Charts, count: int) -> None:
    """A given count is rendered, zero too."""
    assert only(charts.render(CHART, values(replicas=count)), "Deployment")["spec"]["replicas"] == count


def test_the_kinds_of_tasks_are_named_to_keda(charts: Charts) -> None:
    """The backlog trigger names its queue types, since KEDA's default is not what its documents say."""
    spec = scaled_object(charts, {"backlog": {"targetQueueSize": 7}}, autoscaling={"maxReplicas": 4})
    (trigger,) = spec["triggers"]

    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 4)
    assert trigger["metadata"]["queueTypes"] == "workflow,activity"
    assert trigger["metadata"]["targetQueueSize"] == "7"


@pytest.mark.parametrize(
    ("trigger", "metric", "threshold"),
    [("slots", "temporal_worker_task_slots_used", "2.8"), ("scheduleToStart", "schedule_to_start", "0.15")],
)
def test_keda_can_follow_prometheus(charts: Charts, trigger: str, metric: str, threshold: str) -> None:
    """The other triggers ask Prometheus for slots in use or for the wait; no series is no answer, not zero."""
    (found,) = scaled_object(charts, {"triggers": [trigger]})["triggers"]

    assert found["type"] == "prometheus"
    assert metric in found["metadata"]["query"]
    assert found["metadata"]["threshold"] == threshold
    assert found["metadata"]["ignoreNullValues"] == "false"


@pytest.mark.parametrize(
    ("slots", "given", "threshold"),
    [
        pytest.param(100, {}, "70", id="of-many"),
        pytest.param(1, {}, "0.7", id="of-one"),
        pytest.param(100, {"perReplica": 90}, "90", id="as-given"),
    ],
)
def test_slots_in_use_are_a_share_of_those_there_are(
    charts: Charts, slots: int, given: dict[str, Any], threshold: str
) -> None:
    """Workers of a hundred slots would be scaled to the most at three in use, if the number were one for all."""
    spec = scaled_object(charts, {"triggers": ["slots"], "slots": given}, settings={"activitySlots": slots})

    assert spec["triggers"][0]["metadata"]["threshold"] == threshold


@pytest.mark.parametrize(
    ("address", "tls", "endpoint", "name"),
    [
        pytest.param("frontend:7233", {}, "frontend.default.svc:7233", None, id="short"),
        pytest.param(
            "frontend:7233",
            {"clientCertificate": {"existingSecret": "c"}},
            "frontend.default.svc:7233",
            "frontend",
            id="short-with-certificate",
        ),
        pytest.param(
            "frontend:7233",
            {"clientCertificate": {"existingSecret": "c"}, "serverName": "t.example.org"},
            "frontend.default.svc:7233",
            "t.example.org",
            id="name-given",
        ),
        pytest.param("frontend.temporal:7233", {}, "frontend.temporal:7233", None, id="with-namespace"),
        pytest.param("[fd00::7]:7233", {}, "[fd00::7]:7233", None, id="ipv6"),
    ],
)
def test_keda_finds_a_service_of_the_workers_namespace(
    charts: Charts, address: str, tls: dict[str, Any], endpoint: str, name: str | None
) -> None:
    """By its short name it would look for it in its own; it checks the certificate against what workers check it against."""
    (trigger,) = scaled_object(charts, {}, temporal={"address": address, "tls": tls})["triggers"]

    assert trigger["metadata"]["endpoint"] == endpoint
    assert trigger["metadata"].get("tlsServerName") == name


def test_backlog_and_slots_together(charts: Charts) -> None:
    """Backlog brings replicas and slots keep them; a trigger of one's own comes last."""
    spec = scaled_object(
        charts,
        {
            "triggers": ["backlog", "slots"],
            "extraTriggers": [{"type": "cron", "metadata": {"start": "0 8 * * *"}}],
        },
    )

    assert [trigger["type"] for trigger in spec["triggers"]] == ["temporal", "prometheus", "cron"]


def test_a_build_follows_its_own_pods(charts: Charts) -> None:
    """Two builds in one Prometheus: each query matches its own release's pods in its own namespace."""

    def query(build: str) -> str:
        versioning = {"deploymentName": "shop", "buildId": build}
        spec = scaled_object(
            charts,
            {"triggers": ["slots"], "prometheus": {"matchers": 'cluster="a"'}},
            fullnameOverride=f"repair-worker-{build}",
            temporal={"versioning": versioning},
        )
        return str(spec["triggers"][0]["metadata"]["query"])

    found = query("v2")
    pods = re.search(r'pod=~"([^"]+)"', found)

    assert 'namespace="default"' in found and 'cluster="a"' in found
    assert pods is not None
    assert re.fullmatch(pods[1], "repair-worker-v2-6c8f9d7b5d-x2x9z")
    assert not re.fullmatch(pods[1], "repair-worker-v1-6c8f9d7b5d-x2x9z")
    assert not re.fullmatch(pods[1], "repair-worker-v2-1-6c8f9d7b5d-x2x9z")


def test_a_query_of_ones_own(charts: Charts) -> None:
    """A query is taken as it is."""
    (trigger,) = scaled_object(charts, {"triggers": ["slots"], "slots": {"query": "sum(busy)"}})["triggers"]

    assert trigger["metadata"]["query"] == "sum(busy)"


def test_a_lost_prometheus_keeps_the_fleet(charts: Charts) -> None:
    """Without an answer the replicas that run are kept, at least minReplicas."""
    spec = scaled_object(charts, {"triggers": ["slots"]}, autoscaling={"minReplicas": 2})

    assert spec["fallback"] == {"failureThreshold": 3, "replicas": 2, "behavior": "currentReplicasIfHigher"}


def test_from_zero_no_fallback_ever_comes(charts: Charts) -> None:
    """
    With no replica the slots cannot be seen: a fallback would bring replicas for that, again and again, and without one KEDA says that
    the ScaledObject is not ready.
    """
    spec = scaled_object(
        charts, {"triggers": ["backlog", "slots"], "cooldownSeconds": 60}, autoscaling={"minReplicas": 0}
    )

    assert spec["fallback"] == {"failureThreshold": 2**31 - 1, "replicas": 1, "behavior": "currentReplicas"}
    assert spec["cooldownPeriod"] == 60
    assert [trigger["metadata"].get("activationThreshold") for trigger in spec["triggers"]] == [None, "0"]


@pytest.mark.parametrize(
    "keda",
    [
        pytest.param(
            {"triggers": ["backlog"], "backlog": {"includeRunningWorkflowCount": True}},
            id="the-backlog-is-seen",
        ),
        pytest.param({"triggers": ["backlog", "slots"], "fallback": {"enabled": False}}, id="not-wanted"),
    ],
)
def test_from_zero_a_failure_is_told(charts: Charts, keda: dict[str, Any]) -> None:
    """A server that does not answer for its backlog is a fault at zero replicas too."""
    assert "fallback" not in scaled_object(charts, keda, autoscaling={"minReplicas": 0})


@pytest.mark.parametrize(
    ("keda", "has_one"),
    [
        pytest.param({"triggers": ["scheduleToStart"]}, False, id="a-value-alone"),
        pytest.param({"triggers": ["scheduleToStart", "slots"]}, True, id="beside-an-average"),
        pytest.param(
            {
                "triggers": ["scheduleToStart"],
                "extraTriggers": [{"type": "cpu", "metadata": {"value": "70"}}],
            },
            False,
            id="beside-cpu",
        ),
        pytest.param(
            {"triggers": [], "extraTriggers": [{"type": "kafka", "metricType": "Value"}]},
            False,
            id="own-value",
        ),
        pytest.param({"triggers": [], "extraTriggers": [{"type": "kafka"}]}, True, id="own-average"),
    ],
)
def test_a_fallback_needs_an_average(charts: Charts, keda: dict[str, Any], has_one: bool) -> None:
    """KEDA's webhook refuses a fallback where no trigger has an average over replicas; the wait is a value."""
    assert ("fallback" in scaled_object(charts, keda)) is has_one


def test_keda_uses_the_workers_credentials(charts: Charts) -> None:
    """Client certificate, authority and API key reach KEDA by the Secrets that the workers use."""
    temporal = {
        "apiKey": {"existingSecret": "key", "key": "k"},
        "tls": {
            "serverName": "temporal.example.org",
            "ca": {"existingSecret": "authority", "key": "root.pem"},
            "clientCertificate": {"existingSecret": "client", "certKey": "c", "keyKey": "p"},
        },
    }
    objects = charts.render(CHART, values(temporal=temporal, autoscaling={"keda": {"enabled": True}}))
    (trigger,) = only(objects, "ScaledObject")["spec"]["triggers"]
    authentication = only(objects, "TriggerAuthentication")

    assert trigger["authenticationRef"] == {"name": authentication["metadata"]["name"]}
    assert trigger["metadata"]["tlsServerName"] == "temporal.example.org"
    assert authentication["spec"]["secretTargetRef"] == [
        {"parameter": "apiKey", "name": "key", "key": "k"},
        {"parameter": "cert", "name": "client", "key": "c"},
        {"parameter": "key", "name": "client", "key": "p"},
        {"parameter": "ca", "name": "authority", "key": "root.pem"},
    ]


def test_without_credentials_there_is_nothing_to_hand_on(charts: Charts) -> None:
    """A server in clear text is asked without a TriggerAuthentication."""
    objects = charts.render(CHART, values(autoscaling={"keda": {"enabled": True}}))

    assert of_kind(objects, "TriggerAuthentication") == []
    assert "authenticationRef" not in only(objects, "ScaledObject")["spec"]["triggers"][0]


def test_the_hpa_divides_by_the_request(charts: Charts) -> None:
    """The HorizontalPodAutoscaler aims at a share of the CPU request, between the bounds."""
    given = values(autoscaling={"minReplicas": 2, "maxReplicas": 6, "cpu": {"enabled": True}})
    spec = only(charts.render(CHART, given), "HorizontalPodAutoscaler")["spec"]

    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}


def test_behaviour_is_taken_as_it_is(charts: Charts) -> None:
    """Policies of a HorizontalPodAutoscaler reach it, and KEDA's, unchanged beside the default windows."""
    policies = [{"type": "Percent", "value": 100, "periodSeconds": 30}]
    behavior = {"scaleUp": {"policies": policies, "selectPolicy": "Max"}}
    wanted = {
        "scaleUp": {"policies": policies, "selectPolicy": "Max", "stabilizationWindowSeconds": 0},
        "scaleDown": {"stabilizationWindowSeconds": 120},
    }

    by_keda = scaled_object(charts, {}, autoscaling={"behavior": behavior})
    by_hpa = charts.render(CHART, values(autoscaling={"cpu": {"enabled": True}, "behavior": behavior}))

    assert by_keda["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == wanted
    assert only(by_hpa, "HorizontalPodAutoscaler")["spec"]["behavior"] == wanted


@pytest.mark.parametrize(
    ("length", "is_named"), [pytest.param(54, False, id="short"), pytest.param(55, True, id="long")]
)
def test_kedas_autoscaler_has_a_name_that_it_takes(charts: Charts, length: int, is_named: bool) -> None:
    """Its webhook refuses keda-hpa-NAME of more than 63 signs, after all else of the release was made."""
    name = "n" * length
    config = scaled_object(charts, {}, fullnameOverride=name)["advanced"]["horizontalPodAutoscalerConfig"]

    assert config.get("name") == (name if is_named else None)


def test_metrics_of_ones_own(charts: Charts) -> None:
    """An external metric alone makes a HorizontalPodAutoscaler, without CPU."""
    metric = {
        "type": "External",
        "external": {"metric": {"name": "slots"}, "target": {"type": "Value", "value": "1"}},
    }
    spec = only(charts.render(CHART, values(autoscaling={"metrics": [metric]})), "HorizontalPodAutoscaler")[
        "spec"
    ]

    assert spec["metrics"] == [metric]
