"""
Who owns the count of the workers' pods, and what their scaler follows.
"""

from __future__ import annotations

import pytest
from rendering import Charts, only
from repair_worker import CHART, values


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
    given = values(
        autoscaling={"maxReplicas": 4, "keda": {"enabled": True, "temporal": {"targetQueueSize": 7}}}
    )
    spec = only(charts.render(CHART, given), "ScaledObject")["spec"]

    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 4)
    assert len(spec["triggers"]) == 1
    assert spec["triggers"][0]["metadata"]["queueTypes"] == "workflow,activity"
    assert spec["triggers"][0]["metadata"]["targetQueueSize"] == "7"


@pytest.mark.parametrize(
    ("signal", "metric", "threshold"),
    [("slots", "temporal_worker_task_slots_used", "2.8"), ("scheduleToStart", "schedule_to_start", "0.15")],
)
def test_keda_can_follow_prometheus(charts: Charts, signal: str, metric: str, threshold: str) -> None:
    """The other trigger asks Prometheus for slots in use or for the wait."""
    keda = {"enabled": True, "trigger": "prometheus", "prometheus": {"signal": signal}}
    trigger = only(charts.render(CHART, values(autoscaling={"keda": keda})), "ScaledObject")["spec"][
        "triggers"
    ][0]

    assert trigger["type"] == "prometheus"
    assert metric in trigger["metadata"]["query"]
    assert trigger["metadata"]["threshold"] == threshold


def test_the_hpa_divides_by_the_request(charts: Charts) -> None:
    """The HorizontalPodAutoscaler aims at a share of the CPU request, between the bounds."""
    given = values(autoscaling={"minReplicas": 2, "maxReplicas": 6, "cpu": {"enabled": True}})
    spec = only(charts.render(CHART, given), "HorizontalPodAutoscaler")["spec"]

    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}
