"""
What a service mesh needs to know of the charts' pods and Services.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, of_kind, only

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param("loadtest", {"interactive": {"enabled": True}}, id="loadtest"),
        pytest.param("temporal-dev", {}, id="temporal-dev"),
    ],
)
def test_every_port_of_a_service_says_its_protocol(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """A mesh else guesses by the first bytes, or by the port's name."""
    ports = [
        port for found in of_kind(charts.render(chart, given), "Service") for port in found["spec"]["ports"]
    ]

    assert ports
    assert [port["name"] for port in ports if "appProtocol" not in port] == []


def test_the_pod_that_binds_the_claim_is_in_no_mesh(charts: Charts) -> None:
    """A proxy would keep its Job from ending, and Helm, Flux and Argo CD with it, also where the sweep is to have one."""
    given = {
        "sweep": {
            "podLabels": {"sidecar.istio.io/inject": "true"},
            "podAnnotations": {"linkerd.io/inject": "enabled"},
        }
    }
    objects = charts.render("loadtest", given)
    claim = only(objects, "Job")["spec"]["template"]["metadata"]
    sweep = only(objects, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]

    assert claim["labels"]["sidecar.istio.io/inject"] == "false"
    assert claim["annotations"]["linkerd.io/inject"] == "disabled"
    assert sweep["labels"]["sidecar.istio.io/inject"] == "true"
    assert sweep["annotations"]["linkerd.io/inject"] == "enabled"
