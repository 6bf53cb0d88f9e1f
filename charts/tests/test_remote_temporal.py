"""
A Temporal elsewhere: TLS in parts, an API key, and policies that follow the address, in both charts.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from rendering import Charts, Object, of_kind, only

pytestmark = pytest.mark.process

BOTH = ("repair-worker", "loadtest")
ELSEWHERE = "eu-west-1.aws.api.temporal.io:7233"


def container(objects: list[Object], chart: str) -> dict[str, str]:
    """
    What the worker, or an injector, gets as plain environment.
    """
    if chart == "repair-worker":
        environment: dict[str, str] = only(objects, "ConfigMap")["data"]
        return environment
    (template,) = (found for found in of_kind(objects, "ConfigMap") if "job.yaml" in found["data"])
    (found,) = yaml.safe_load(template["data"]["job.yaml"])["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value", "") for entry in found["env"]}


def egress(charts: Charts, chart: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """
    The rules by which each pod of a chart may reach Temporal.
    """
    policies = of_kind(charts.render(chart, given, "--namespace", "own"), "NetworkPolicy")
    return [policy["spec"]["egress"][1] for policy in policies]


@pytest.mark.parametrize("chart", BOTH)
@pytest.mark.parametrize(
    ("tls", "paths"),
    [
        pytest.param({"enabled": True}, {}, id="public-authority"),
        pytest.param(
            {"clientCertificate": {"existingSecret": "c"}},
            {
                "TEMPORAL_TLS_CLIENT_CERT_PATH": "/etc/temporal-client/tls.crt",
                "TEMPORAL_TLS_CLIENT_KEY_PATH": "/etc/temporal-client/tls.key",
            },
            id="client-certificate-and-public-authority",
        ),
        pytest.param(
            {"ca": {"existingSecret": "a", "key": "root.pem"}},
            {"TEMPORAL_TLS_SERVER_CA_CERT_PATH": "/etc/temporal-ca/root.pem"},
            id="own-authority-alone",
        ),
        pytest.param(
            {"ca": {"existingConfigMap": "a", "key": "ca-bundle.crt"}},
            {"TEMPORAL_TLS_SERVER_CA_CERT_PATH": "/etc/temporal-ca/ca-bundle.crt"},
            id="own-authority-of-a-configmap",
        ),
        pytest.param(
            {"serverName": "temporal.example.org", "enabled": True},
            {"TEMPORAL_TLS_SERVER_NAME": "temporal.example.org"},
            id="server-name",
        ),
        pytest.param(
            {"serverName": "temporal.example.org"},
            {"TEMPORAL_TLS_SERVER_NAME": "temporal.example.org"},
            id="server-name-alone",
        ),
    ],
)
def test_tls_in_parts(charts: Charts, chart: str, tls: dict[str, Any], paths: dict[str, str]) -> None:
    """Only what is given is asked for: a certificate of `kubectl create secret tls` brings no authority with it."""
    environment = container(charts.render(chart, {"temporal": {"tls": tls}}), chart)

    found = {name: value for name, value in environment.items() if name.startswith("TEMPORAL_TLS_")}
    assert found == paths
    assert environment["TEMPORAL_TLS"] == "true"


@pytest.mark.parametrize("chart", BOTH)
@pytest.mark.parametrize(
    ("given", "namespace", "port"),
    [
        pytest.param({}, "temporal", 7233, id="default"),
        pytest.param({"temporal": {"address": "t.other.svc:7233"}}, "other", 7233, id="service"),
        pytest.param({"temporal": {"address": "t.other.svc.k8s.corp:7233"}}, "other", 7233, id="own-domain"),
        pytest.param({"temporal": {"address": "t:7233"}}, "own", 7233, id="same-namespace"),
        pytest.param({"temporal": {"address": ELSEWHERE}}, None, 7233, id="elsewhere"),
        pytest.param({"temporal": {"address": "temporal.example.org:443"}}, None, 443, id="another-port"),
        pytest.param({"temporal": {"address": "[fd00::1]:7233"}}, None, 7233, id="ipv6"),
        pytest.param(
            {"temporal": {"address": "t.other.svc:443"}, "networkPolicy": {"temporalPort": 7233}},
            "other",
            7233,
            id="the-pods-port",
        ),
        pytest.param(
            {
                "temporal": {"address": "temporal.example.org:443"},
                "networkPolicy": {"temporalNamespace": "gate"},
            },
            "gate",
            443,
            id="a-gateway",
        ),
    ],
)
def test_egress_follows_the_address(
    charts: Charts, chart: str, given: dict[str, Any], namespace: str | None, port: int
) -> None:
    """A Service's namespace and port are opened, an address elsewhere by its port; no value has to repeat it."""
    rules = egress(charts, chart, given)
    to = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}]

    assert rules
    for rule in rules:
        assert rule["ports"] == [{"protocol": "TCP", "port": port}]
        assert rule.get("to") == (to if namespace else None)


@pytest.mark.parametrize("chart", BOTH)
def test_names_are_looked_up_wherever_dns_is(charts: Charts, chart: str) -> None:
    """kube-system, OpenShift's pods on 5353 and the addresses of NodeLocal DNSCache and cloud DNS are reached by default."""
    for policy in of_kind(charts.render(chart, {}), "NetworkPolicy"):
        rule = policy["spec"]["egress"][0]
        namespaces = {
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for peer in rule["to"]
            if "namespaceSelector" in peer
        }
        assert namespaces == {"kube-system", "openshift-dns"}
        assert {"ipBlock": {"cidr": "169.254.0.0/16"}} in rule["to"]
        assert {port["port"] for port in rule["ports"]} == {53, 5353}


def test_injectors_do_not_reach_the_kubernetes_api(charts: Charts) -> None:
    """The API server and the workers' pages are for the sweep alone."""
    policies = {
        found["metadata"]["name"]: {
            port["port"] for rule in found["spec"]["egress"] for port in rule["ports"]
        }
        for found in of_kind(charts.render("loadtest", {}), "NetworkPolicy")
    }

    assert policies == {
        "kit-loadtest-sweep": {53, 5353, 7233, 9000, 443, 6443, 8443, 16443},
        "kit-loadtest-injector": {53, 5353, 7233, 5557},
    }


def test_the_sweep_reaches_the_servers_pages(charts: Charts) -> None:
    """Each page of the server's that is read is opened, in the namespace that its host names."""
    pages = ["http://a.temporal.svc.cluster.local:9090/metrics", "http://metrics.example.org:9191/metrics"]
    (sweep,) = (
        found
        for found in of_kind(charts.render("loadtest", {"server": {"metrics": pages}}), "NetworkPolicy")
        if found["metadata"]["name"].endswith("-sweep")
    )
    temporal = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "temporal"}}}

    assert {"ports": [{"protocol": "TCP", "port": 9090}], "to": [temporal]} in sweep["spec"]["egress"]
    assert {"ports": [{"protocol": "TCP", "port": 9191}]} in sweep["spec"]["egress"]
