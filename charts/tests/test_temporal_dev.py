"""
What the chart of the development server makes, and what it refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, of_kind, only

pytestmark = pytest.mark.process

CHART = "temporal-dev"


def arguments(deployment: dict[str, Any]) -> list[str]:
    """
    The server's arguments.
    """
    given: list[str] = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return given


@pytest.mark.parametrize(
    ("values", "words"),
    [
        pytest.param(
            {"metrics": {"podMonitor": {"enabled": True}}},
            "metrics.annotations and metrics.podMonitor.enabled are both true: Prometheus would scrape the server twice; "
            "set metrics.annotations to false",
            id="scraped-twice",
        ),
        pytest.param(
            {"web": {"service": {"nodePort": 30233}}},
            "web.service.nodePort = 30233 with web.service.type = ClusterIP: only a NodePort has a port on the nodes; "
            "set the type to NodePort or leave nodePort null",
            id="node-port-of-a-cluster-ip",
        ),
        pytest.param(
            {"storage": {"kind": "memory", "className": "fast"}},
            "storage.className = fast with storage.kind = memory: there is no volume; set storage.kind to volume or leave "
            "className empty",
            id="class-of-no-volume",
        ),
        pytest.param({"image": {"tag": "latest"}}, "image/tag", id="latest"),
        pytest.param({"imag": {}}, "imag", id="unknown-value"),
        pytest.param({"namespaces": ["default"]}, "namespaces/0", id="default-is-always-there"),
        pytest.param(
            {"dynamicConfig": {"matching": 1}}, "invalid propertyName 'matching'", id="no-such-setting"
        ),
        pytest.param({"storage": {"size": "big"}}, "storage/size", id="no-quantity"),
    ],
)
def test_what_cannot_work_is_refused(charts: Charts, values: dict[str, Any], words: str) -> None:
    """
    Each refusal names the value and what to write instead.
    """
    assert words in charts.refusal(CHART, values)


def test_settings_reach_the_server_as_json(charts: Charts) -> None:
    """
    A text is quoted, a number and a truth value are not: the server reads each as JSON.
    """
    values = {"dynamicConfig": {"frontend.text": "10ms", "frontend.number": 2000000, "frontend.truth": False}}

    given = arguments(only(charts.render(CHART, values), "Deployment"))

    assert {'frontend.text="10ms"', "frontend.number=2000000", "frontend.truth=false"} <= set(given)
    # The chart's own settings stay beside a user's.
    assert 'history.timerProcessorMaxTimeShift="10ms"' in given


def test_the_server_listens_where_the_cluster_looks(charts: Charts) -> None:
    """
    In a cluster without IPv4 a probe asks an address of IPv6.
    """
    by_default = arguments(only(charts.render(CHART, {}), "Deployment"))
    without = arguments(only(charts.render(CHART, {"host": "::"}), "Deployment"))

    assert "--ip=0.0.0.0" in by_default
    assert "--ip=::" in without


def test_a_volume_is_kept_and_memory_is_not(charts: Charts) -> None:
    """
    With a volume the database is a file on it; in memory there is neither file nor claim.
    """
    kept = charts.render(CHART, {})
    forgotten = charts.render(CHART, {"storage": {"kind": "memory"}})

    assert "--db-filename=/data/temporal.db" in arguments(only(kept, "Deployment"))
    assert only(kept, "PersistentVolumeClaim")["metadata"]["name"] == "kit-data"
    assert "--db-filename=/data/temporal.db" not in arguments(only(forgotten, "Deployment"))
    assert of_kind(forgotten, "PersistentVolumeClaim") == []


def test_the_old_server_leaves_before_the_new_one_comes(charts: Charts) -> None:
    """
    Two servers on one database file would ruin it.
    """
    spec = only(charts.render(CHART, {}), "Deployment")["spec"]

    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_services_have_the_official_charts_names(charts: Charts) -> None:
    """
    Workers have one address in every profile.
    """
    services = {
        found["metadata"]["name"]: found["spec"] for found in of_kind(charts.render(CHART, {}), "Service")
    }

    assert services["kit-frontend"]["ports"][0]["port"] == 7233
    assert services["kit-web"]["ports"][0]["port"] == 8080
    assert services["kit-server-headless"]["clusterIP"] == "None"


def test_services_select_the_server_and_not_the_test_pod(charts: Charts) -> None:
    """
    `helm test` runs a pod of the same release, which answers no call.
    """
    objects = charts.render(CHART, {})
    server = only(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    test = only(objects, "Pod")["metadata"]["labels"]

    for service in of_kind(objects, "Service"):
        selector = service["spec"]["selector"].items()
        assert selector <= server.items()
        assert not selector <= test.items()


def test_one_spelling_of_namespace(charts: Charts) -> None:
    """
    `namespace` is Kubernetes' in Prometheus and Temporal's is `temporal_namespace`, however it is scraped.
    """
    monitor = only(
        charts.render(CHART, {"metrics": {"annotations": False, "podMonitor": {"enabled": True}}}),
        "PodMonitor",
    )

    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert endpoint["metricRelabelings"] == [
        {"sourceLabels": ["exported_namespace"], "regex": "(.+)", "targetLabel": "temporal_namespace"},
        {"regex": "exported_namespace", "action": "labeldrop"},
    ]
