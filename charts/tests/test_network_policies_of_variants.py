"""
Whom the NetworkPolicies of our charts let in and out, in each variant that has some.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ingress_policies import Pod, let_in, selects
from rendering import Charts, Object, of_kind, pods

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
VARIANTS = [
    pytest.param(
        file.parents[1].name, yaml.safe_load(file.read_text()), id=f"{file.parents[1].name}-{file.stem}"
    )
    for chart in ("repair-worker", "loadtest")
    for file in sorted((CHARTS / chart / "ci").glob("*-values.yaml"))
    if yaml.safe_load(file.read_text()).get("networkPolicy", {}).get("enabled", True)
]
SCRAPERS = [
    Pod("monitoring", {"temporal-kit/scrapes": "true"}),
    Pod("observability", {"app.kubernetes.io/name": "prometheus"}),
]
STRANGER = Pod("elsewhere", {"app.kubernetes.io/part-of": "temporal-kit"})
OUTSIDE = Pod("nowhere", {}, address="192.168.1.7")


def policies(charts: Charts, chart: str, given: dict[str, Any]) -> list[Object]:
    """
    The policies of a variant.
    """
    return of_kind(charts.render(chart, given), "NetworkPolicy")


@pytest.mark.parametrize(("chart", "given"), VARIANTS)
def test_every_pod_is_shut_but_to_scrapers(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """Nobody of another namespace or outside reaches a port; a Prometheus reaches the page."""
    found = policies(charts, chart, given)

    for name, pod in pods(charts, chart, given).items():
        target = Pod("default", pod["metadata"]["labels"])
        for container in pod["spec"]["containers"]:
            for port in container.get("ports", []):
                number = port["containerPort"]
                for source in (STRANGER, OUTSIDE):
                    assert not let_in(found, source, target, number), f"{name} {port['name']}"
                if port["name"] == "metrics":
                    assert all(let_in(found, source, target, number) for source in SCRAPERS), name


@pytest.mark.parametrize(("chart", "given"), VARIANTS)
def test_every_pod_of_ours_reaches_names_and_temporal(
    charts: Charts, chart: str, given: dict[str, Any]
) -> None:
    """A pod whose policy shuts off DNS or the port of `temporal.address` would wait for ever."""
    found = policies(charts, chart, given)
    address = given.get("temporal", {}).get("address", "temporal-frontend.temporal.svc:7233")
    wanted = {53, int(address.rpartition(":")[2])}

    for name, pod in pods(charts, chart, given).items():
        rules = [
            rule
            for policy in found
            if selects(policy["spec"]["podSelector"], pod["metadata"]["labels"])
            for rule in policy["spec"]["egress"]
        ]
        # What binds the results' volume ends at once and asks nobody.
        if "-claim-" not in name:
            assert wanted <= {port["port"] for rule in rules for port in rule["ports"]}, name
        # Every rule names its ports, so that nothing else is open.
        assert all(rule["ports"] for rule in rules), name
