"""
What KEDA is told to count: of which queue, from which number on.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts, only
from worker_chart_values import CHART, values

pytestmark = pytest.mark.process

VERSIONED = {
    "temporal": {"namespace": "shop", "versioning": {"deploymentName": "repairs", "buildId": "v2"}},
    "fullnameOverride": "repair-worker-v2",
}


@pytest.mark.parametrize(
    ("trigger", "given", "more", "told"),
    [
        pytest.param(
            "backlog", {}, {"temporal": {"namespace": "shop"}}, {"namespace": "shop"}, id="namespace"
        ),
        pytest.param(
            "backlog",
            {},
            VERSIONED,
            {"namespace": "shop", "workerDeploymentName": "repairs", "workerDeploymentBuildId": "v2"},
            id="version",
        ),
        pytest.param(
            "backlog",
            {},
            {},
            {"namespace": "default", "workerDeploymentName": None, "workerDeploymentBuildId": None},
            id="without-versions",
        ),
        pytest.param(
            "backlog",
            {"activationTargetQueueSize": 3},
            {},
            {"activationTargetQueueSize": "3"},
            id="backlog-that-wakes",
        ),
        pytest.param(
            "backlog",
            {"includeRunningWorkflowCount": True},
            {},
            {"includeRunningWorkflowCount": "true"},
            id="running-workflows-count",
        ),
        pytest.param("slots", {"activation": 5}, {}, {"activationThreshold": "5"}, id="slots-that-wake"),
        pytest.param(
            "scheduleToStart",
            {"activationSeconds": 0.05},
            {},
            {"activationThreshold": "0.05"},
            id="wait-that-wakes",
        ),
        pytest.param(
            "scheduleToStart",
            {"query": "max(wait)"},
            {},
            {"query": "max(wait)"},
            id="wait-by-a-query-of-ones-own",
        ),
    ],
)
def test_keda_is_told(
    charts: Charts, trigger: str, given: dict[str, Any], more: dict[str, Any], told: dict[str, str | None]
) -> None:
    """
    KEDA's own namespace is `default` and its own version none: a fleet without these keys would follow the queue of another.
    """
    keda = {"enabled": True, "triggers": [trigger], trigger: given}
    found = only(charts.render(CHART, values(autoscaling={"keda": keda}, **more)), "ScaledObject")
    metadata = found["spec"]["triggers"][0]["metadata"]

    assert {key: metadata.get(key) for key in told} == told
