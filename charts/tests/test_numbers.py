"""
Sizes, shares, ports and times: what Kubernetes' API takes is taken, and what it refuses is refused by the chart.
"""

from __future__ import annotations

from typing import Any

import pytest
from api_schemas import demand_known_to_the_api
from rendering import Charts, only

pytestmark = pytest.mark.process

OUR_CHARTS = ("repair-worker", "loadtest", "temporal-dev")
BAD_MEMORY = {"requests": {"memory": "512MB"}}


@pytest.mark.parametrize(
    ("chart", "given", "said"),
    [
        *(
            pytest.param(chart, {"resources": BAD_MEMORY}, "/resources/requests/memory", id=f"size-{chart}")
            for chart in OUR_CHARTS[::2]
        ),
        *(
            pytest.param(
                "loadtest", {part: {"resources": BAD_MEMORY}}, f"/{part}/resources", id=f"size-of-{part}"
            )
            for part in ("sweep", "injectors", "interactive")
        ),
        pytest.param("repair-worker", {"resources": {"limits": {"cpu": "1K"}}}, "/limits/cpu", id="capital"),
        pytest.param(
            "repair-worker", {"pdb": {"maxUnavailable": "120%"}}, "/pdb/maxUnavailable", id="budget"
        ),
        pytest.param(
            "repair-worker", {"rollout": {"maxUnavailable": "120%"}}, "/rollout/maxUnavailable", id="rollout"
        ),
        pytest.param(
            "repair-worker", {"rollout": {"maxSurge": "0%"}}, "rollout.maxSurge and rollout", id="no-room"
        ),
        pytest.param("repair-worker", {"temporal": {"address": "t:70000"}}, "/temporal/address", id="port"),
        pytest.param("loadtest", {"temporal": {"address": "t:70000"}}, "/temporal/address", id="loads-port"),
        pytest.param("loadtest", {"server": {"metrics": ["http://t:70000/m"]}}, "/server/metrics", id="page"),
        pytest.param(
            "repair-worker",
            {"settings": {"workflowPollers": 1}},
            "settings.workflowPollers = 1",
            id="pollers",
        ),
        pytest.param("repair-worker", {"settings": {"gracefulShutdownSeconds": 7200}}, "/graceful", id="end"),
        pytest.param(
            "repair-worker", {"settings": {"workerHeartbeatSeconds": 0.5}}, "/workerHeartbeat", id="heartbeat"
        ),
        pytest.param("loadtest", {"metrics": {"port": 5557}}, "/metrics/port", id="the-masters-port"),
        pytest.param("loadtest", {"interactive": {"webPort": 5557}}, "/interactive/webPort", id="its-page"),
        pytest.param("loadtest", {"sweep": {"schedule": "every night"}}, "/sweep/schedule", id="schedule"),
    ],
)
def test_numbers_that_the_api_would_refuse_are_refused_here(
    charts: Charts, chart: str, given: dict[str, Any], said: str
) -> None:
    """Or the worker: an injectors' size is seen by the sweep alone, long after the installation that took it."""
    assert said in charts.refusal(chart, given)


@pytest.mark.parametrize("schedule", ["0 2 * * *", "*/5  1-3 * 1,2 MON-FRI", "@daily", "@every 12h"])
@pytest.mark.parametrize("size", ["1", "0.5", "100m", "1.5Gi", "2e3", "3G", "64Ki", 2, 0.25])
def test_numbers_that_the_api_takes_are_taken(charts: Charts, schedule: str, size: Any) -> None:
    """In every way in which Kubernetes writes them."""
    both = {"cpu": size, "memory": size}
    given = {"sweep": {"schedule": schedule, "resources": {"requests": both, "limits": both}}}
    objects = charts.render("loadtest", given)

    assert only(objects, "CronJob")["spec"]["schedule"] == schedule
    demand_known_to_the_api(objects)


@pytest.mark.parametrize("part", ["", "sweep", "injectors", "interactive"])
@pytest.mark.parametrize(
    ("request_", "limit", "fits"),
    [
        ("1.5Gi", "1Gi", False),
        ("2Gi", "2G", False),
        ("2G", "2Gi", True),
        ("1Gi", "1Gi", True),
        ("600Mi", 536870912, False),
        (1.5, "1500m", True),
        ("1501m", 1.5, False),
        ("2k", "1500", False),
        ("8Gi", None, True),
    ],
)
def test_a_request_above_its_limit_is_refused(
    charts: Charts, part: str, request_: Any, limit: Any, fits: bool
) -> None:
    """A larger request alone, beside the default limit, would be refused by the API; of injectors when a sweep makes them."""
    resources = {"resources": {"requests": {"memory": request_}, "limits": {"memory": limit}}}
    chart, given = ("loadtest", {part: resources}) if part else ("repair-worker", resources)

    if fits:
        assert charts.render(chart, given)
    else:
        assert f"requests.memory = {request_} is more than " in charts.refusal(chart, given)


@pytest.mark.parametrize("part", ["", "sweep", "injectors"])
@pytest.mark.parametrize(
    ("resources", "said"),
    [
        pytest.param({"limits": {"example.org/gpu": 1}}, "", id="limit-alone"),
        pytest.param(
            {"limits": {"example.org/gpu": "1"}, "requests": {"example.org/gpu": 1}}, "", id="the-same"
        ),
        pytest.param({"limits": {"hugepages-2Mi": "64Mi"}}, "", id="pages"),
        pytest.param(
            {"requests": {"example.org/gpu": 1}},
            "requests.example.org/gpu = 1 with no limit",
            id="request-alone",
        ),
        pytest.param(
            {"limits": {"example.org/gpu": 2}, "requests": {"example.org/gpu": 0}},
            "requests.example.org/gpu = 0 with a limit of 2",
            id="less",
        ),
        pytest.param(
            {"limits": {"hugepages-2Mi": "64Mi"}, "requests": {"hugepages-2Mi": "32Mi"}},
            "requests.hugepages-2Mi = 32Mi with a limit of 64Mi",
            id="fewer-pages",
        ),
        pytest.param(
            {"limits": {"example.org/gpu": "500m"}}, "limits.example.org/gpu = 500m: Kubernetes", id="half"
        ),
    ],
)
def test_what_is_not_shared_is_limited_whole(
    charts: Charts, part: str, resources: dict[str, Any], said: str
) -> None:
    """A GPU cannot be overcommitted, and the API refuses a pod that asks for a part of one; injectors when a sweep makes them."""
    chart, given = (
        ("loadtest", {part: {"resources": resources}})
        if part
        else ("repair-worker", {"resources": resources})
    )

    if said:
        assert said in charts.refusal(chart, given)
    else:
        assert charts.render(chart, given)
