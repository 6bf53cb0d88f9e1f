"""
What the chart of the workers renders.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from rendering import Charts, of_kind, only
from worker_chart_values import CHART, values

from repairshop.environment import PREFIX
from repairshop.settings import Settings, known_variables

pytestmark = pytest.mark.process

# What is null in values.yaml: the worker knows its own default.
LEFT_TO_THE_WORKER = {
    "tuner",
    "target_cpu_ratio",
    "target_memory_ratio",
    "histogram_bounds",
    "worker_heartbeat_seconds",
}
NAMES = {PREFIX + name.upper() for name in LEFT_TO_THE_WORKER}


def worker(charts: Charts, given: dict[str, Any]) -> dict[str, Any]:
    """
    The worker's container.
    """
    pod = only(charts.render(CHART, given), "Deployment")["spec"]["template"]["spec"]
    container: dict[str, Any] = pod["containers"][0]
    return container


@pytest.mark.parametrize(("graceful", "grace"), [(20, 35), (0, 15), (2.5, 18)])
def test_the_grace_period_outlives_the_graceful_shutdown(charts: Charts, graceful: float, grace: int) -> None:
    """The pod is killed 15 s after the worker has given up waiting."""
    objects = charts.render(CHART, values(settings={"gracefulShutdownSeconds": graceful}))

    assert only(objects, "Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == grace


def test_probes_ask_the_worker_itself(charts: Charts) -> None:
    """Liveness asks /livez, readiness and start-up /readyz, each on the port that also serves /metrics."""
    container = worker(charts, values(health={"port": 9100}))

    asked = {
        kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness", "startup")
    }
    assert asked == {"liveness": "/livez", "readiness": "/readyz", "startup": "/readyz"}
    assert container["ports"] == [{"name": "metrics", "containerPort": 9100}]


def test_the_identity_is_the_name_of_the_pod(charts: Charts) -> None:
    """Temporal shows pollers by the names that kubectl shows."""
    environment = {entry["name"]: entry for entry in worker(charts, values())["env"]}

    assert environment["REPAIRSHOP_IDENTITY"]["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.name"}}


def test_secrets_come_by_reference_alone(charts: Charts) -> None:
    """API key, ledger, TLS and payload keys are named by their Secret and never appear in the ConfigMap."""
    given = values(
        temporal={
            "apiKey": {"existingSecret": "key", "key": "k"},
            "tls": {"ca": {"existingSecret": "ca"}, "clientCertificate": {"existingSecret": "client"}},
        },
        ledger={"existingSecret": "ledger", "key": "url"},
        codec={"existingSecret": "codec", "keyId": "2026"},
        networkPolicy={"ledgerTo": [{"podSelector": {"matchLabels": {"app": "postgres"}}}]},
    )
    objects = charts.render(CHART, given)
    pod = only(objects, "Deployment")["spec"]["template"]["spec"]
    environment = {entry["name"]: entry.get("valueFrom") for entry in pod["containers"][0]["env"]}

    assert environment["TEMPORAL_API_KEY"] == {"secretKeyRef": {"name": "key", "key": "k"}}
    assert {"secretKeyRef": {"name": "ledger", "key": "url"}} in environment.values()
    secrets = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    assert secrets == {"ca", "client", "codec"}
    data = only(objects, "ConfigMap")["data"]
    assert data["TEMPORAL_TLS_CLIENT_KEY_PATH"] == "/etc/temporal-client/tls.key"
    assert "TEMPORAL_API_KEY" not in data


def test_every_setting_of_the_worker_is_a_value(charts: Charts) -> None:
    """What the chart sets is what the worker reads: no name is unknown to it and none is out of reach."""
    given = values(codec={"existingSecret": "codec", "keyId": "2026"})
    objects = charts.render(CHART, given)
    container = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    named = {entry["name"] for entry in container["env"]}
    given_names = {name for name in {*only(objects, "ConfigMap")["data"], *named} if name.startswith(PREFIX)}

    fields = {name: variables[0] for name, variables in Settings.variables().items()}
    assert given_names <= known_variables()
    # The ledger needs a Secret, versioning two names of Temporal's, and a pod has no parent to die with.
    elsewhere = {"ledger", "deployment_name", "worker_build_id", "die_with_parent"}
    left = {name for name, variable in fields.items() if variable not in given_names}
    assert left == elsewhere | LEFT_TO_THE_WORKER


def test_settings_that_are_left_to_the_worker(charts: Charts) -> None:
    """A setting without a value is not named; with one it is, a list by commas."""
    given = {
        "tuner": "resource",
        "targetCpuRatio": 0.8,
        "targetMemoryRatio": 0.7,
        "histogramBounds": [0.2, 1.5],
        "workerHeartbeatSeconds": 30,
    }

    assert not (set(only(charts.render(CHART, values()), "ConfigMap")["data"]) & NAMES)
    data = only(charts.render(CHART, values(settings=given)), "ConfigMap")["data"]
    assert {name: data[name] for name in NAMES} == {
        "REPAIRSHOP_TUNER": "resource",
        "REPAIRSHOP_TARGET_CPU_RATIO": "0.8",
        "REPAIRSHOP_TARGET_MEMORY_RATIO": "0.7",
        "REPAIRSHOP_HISTOGRAM_BOUNDS": "0.2,1.5",
        "REPAIRSHOP_WORKER_HEARTBEAT_SECONDS": "30",
    }


def test_a_change_of_settings_rolls_the_pods(charts: Charts) -> None:
    """The pods' checksum follows the environment itself, and not how a chart writes it."""

    def checksum(given: dict[str, Any]) -> str:
        template = only(charts.render(CHART, given), "Deployment")["spec"]["template"]
        return str(template["metadata"]["annotations"]["checksum/environment"])

    data = only(charts.render(CHART, values()), "ConfigMap")["data"]
    written = json.dumps(data, sort_keys=True, separators=(",", ":"))
    assert checksum(values()) == hashlib.sha256(written.encode()).hexdigest()

    assert checksum(values()) == checksum(values())
    assert checksum(values()) != checksum(values(settings={"activitySlots": 5}))


def test_workers_reach_temporal_and_dns_only(charts: Charts) -> None:
    """Egress has two rules, DNS and the frontend; ingress one, for scrapers."""
    spec = only(charts.render(CHART, values()), "NetworkPolicy")["spec"]

    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["egress"]] == [
        [53, 53, 5353, 5353],
        [7233],
    ]
    # Prometheus of the operator and of the community's charts carries this name.
    assert [peer["podSelector"]["matchLabels"] for peer in spec["ingress"][0]["from"]] == [
        {"temporal-kit/scrapes": "true"},
        {"app.kubernetes.io/name": "prometheus"},
    ]


def test_a_versioned_release_carries_its_build(charts: Charts) -> None:
    """One release per build id: its name, its label and its environment say which."""
    versioning = {"deploymentName": "repair-shop", "buildId": "v2"}
    given = values(fullnameOverride="repair-worker-v2", temporal={"versioning": versioning})
    objects = charts.render(CHART, given)

    assert only(objects, "ConfigMap")["data"]["TEMPORAL_WORKER_BUILD_ID"] == "v2"
    labels = only(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert labels["temporal-kit/build-id"] == "v2"


def test_metrics_are_found_one_way(charts: Charts) -> None:
    """With a PodMonitor there are no annotations; both ways scrape the port named metrics."""
    given = values(
        metrics={"annotations": False, "podMonitor": {"enabled": True, "labels": {"release": "p"}}}
    )
    objects = charts.render(CHART, given)
    annotations = only(objects, "Deployment")["spec"]["template"]["metadata"]["annotations"]

    assert "prometheus.io/scrape" not in annotations
    monitor = only(objects, "PodMonitor")
    assert monitor["metadata"]["labels"]["release"] == "p"
    assert monitor["spec"]["podMetricsEndpoints"][0]["port"] == "metrics"


def test_every_part_can_be_left_out(charts: Charts) -> None:
    """Budget, policy, account and spread are switches."""
    given = values(
        pdb={"enabled": False},
        networkPolicy={"enabled": False},
        serviceAccount={"create": False},
        topologySpread={"enabled": False},
    )
    objects = charts.render(CHART, given)

    assert {found["kind"] for found in objects} == {"ConfigMap", "Deployment", "Pod"}
    assert "topologySpreadConstraints" not in only(objects, "Deployment")["spec"]["template"]["spec"]
    assert of_kind(objects, "ServiceAccount") == []


def test_large_numbers_are_written_out(charts: Charts) -> None:
    """A setting of a million is not written as 1e+06, which the worker would refuse."""
    objects = charts.render(
        CHART, values(settings={"maxCachedWorkflows": 1000000, "gracefulShutdownSeconds": 2.5})
    )

    data = only(objects, "ConfigMap")["data"]
    assert data["REPAIRSHOP_MAX_CACHED_WORKFLOWS"] == "1000000"
    assert data["REPAIRSHOP_GRACEFUL_SHUTDOWN_SECONDS"] == "2.5"
    assert data["REPAIRSHOP_SANDBOX"] == "true"


def test_a_rollout_grows_with_the_fleet(charts: Charts) -> None:
    """One pod more at a time would take 200 workers a quarter of an hour; no pod goes before another is there."""
    strategy = only(charts.render(CHART, values()), "Deployment")["spec"]["strategy"]

    assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}}
