"""
Values that only the API server would refuse, in the middle of an installation.
"""

from __future__ import annotations

from typing import Any

import pytest
from api_schemas import demand_known_to_the_api
from rendering import Charts

pytestmark = pytest.mark.process


@pytest.mark.parametrize(
    "schedule", ["0 2 * * *", "*/5 0-6 1,15 * mon-fri", "0  2 ? JAN-mar 0", "@daily", "@every 1h30m"]
)
def test_a_schedule_of_a_cronjob_is_taken(charts: Charts, schedule: str) -> None:
    """Names of months and days, steps and lists, as Kubernetes reads them."""
    demand_known_to_the_api(charts.render("loadtest", {"sweep": {"schedule": schedule}}))


@pytest.mark.parametrize(
    "schedule", ["99 2 * * *", "0 24 * * *", "0 2 * * 7", "0 2 * *", "@every day", "TZ=UTC 0 2 * * *"]
)
def test_a_schedule_that_is_none_is_refused(charts: Charts, schedule: str) -> None:
    """Sunday is 0 there, and a time zone has a value of its own."""
    assert "/sweep/schedule" in charts.refusal("loadtest", {"sweep": {"schedule": schedule}})


REFUSED = [
    pytest.param(
        ("repair-worker", "loadtest"),
        {"extraEnv": [{"name": "TZ", "value": "UTC", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]},
        "/extraEnv/0",
        id="two-values",
    ),
    pytest.param(
        ("repair-worker",),
        {"autoscaling": {"behavior": {"scaleUp": {"tolerance": "a tenth"}}}},
        "/autoscaling/behavior/scaleUp/tolerance",
        id="no-quantity",
    ),
    pytest.param(
        ("temporal-dev",),
        {"resources": {"requests": {"memory": "2Gi"}}},
        "resources.requests.memory = 2Gi is more than resources.limits.memory = 1Gi",
        id="request-above-its-limit",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("names", "given", "said"), REFUSED)
def test_what_no_pod_may_have_is_refused(
    charts: Charts, names: tuple[str, ...], given: dict[str, Any], said: str
) -> None:
    """Helm would have made half of the release by then."""
    for chart in names:
        assert said in charts.refusal(chart, given)
