"""
Times that exclude each other, or under which something would never happen.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts

pytestmark = pytest.mark.process

MONITOR = {"annotations": False}


def monitor(interval: str, timeout: str) -> dict[str, Any]:
    return {
        "metrics": {
            **MONITOR,
            "podMonitor": {"enabled": True, "interval": interval, "scrapeTimeout": timeout},
        }
    }


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
@pytest.mark.parametrize(
    ("interval", "timeout"),
    [("5s", "10s"), ("500ms", "1s"), ("1m", "61s"), ("59s", "1m")],
)
def test_a_scrape_takes_no_longer_than_the_time_between_two(
    charts: Charts, chart: str, interval: str, timeout: str
) -> None:
    """The operator leaves such a PodMonitor out and says so in its own log alone: nothing would be scraped."""
    words = charts.refusal(chart, monitor(interval, timeout))

    assert f"metrics.podMonitor.scrapeTimeout = {timeout} is more than" in words
    assert f"metrics.podMonitor.interval = {interval}" in words


@pytest.mark.parametrize("chart", ["repair-worker", "loadtest"])
@pytest.mark.parametrize(("interval", "timeout"), [("5s", "5s"), ("1m", "60s"), ("1s", "999ms"), ("5s", "")])
def test_a_scrape_may_take_all_of_it(charts: Charts, chart: str, interval: str, timeout: str) -> None:
    """As long as the next one."""
    assert charts.render(chart, monitor(interval, timeout))


@pytest.mark.parametrize(
    "deployment",
    [{"minReadySeconds": 600}, {"minReadySeconds": 60, "progressDeadlineSeconds": 60}],
    ids=["kubernetes-deadline", "deadline"],
)
def test_a_rollout_may_stand_still_for_longer_than_a_pod_takes(
    charts: Charts, deployment: dict[str, int]
) -> None:
    """The API refuses a Deployment whose rollout would fail before one pod counts; the deadline is 600 s unless given."""
    words = charts.refusal("repair-worker", {"deployment": deployment})

    assert f"deployment.minReadySeconds = {deployment['minReadySeconds']} is not below" in words
    assert charts.render("repair-worker", {"deployment": {**deployment, "progressDeadlineSeconds": 601}})


def test_a_nightly_sweep_has_time_to_start(charts: Charts) -> None:
    """Kubernetes looks at CronJobs every ten seconds: with less it may never start one."""
    assert "/sweep/startingDeadlineSeconds" in charts.refusal(
        "loadtest", {"sweep": {"startingDeadlineSeconds": 9}}
    )


@pytest.mark.parametrize(
    ("chart", "where"),
    [("loadtest", "results"), ("temporal-dev", "storage")],
    ids=["loadtest", "temporal-dev"],
)
def test_a_volume_has_a_size(charts: Charts, chart: str, where: str) -> None:
    """The API refuses a claim of nothing."""
    assert f"/{where}/size" in charts.refusal(chart, {where: {"size": "0Gi"}})
