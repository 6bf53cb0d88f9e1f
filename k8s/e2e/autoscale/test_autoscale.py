"""
Workers grow under load and shrink after it, whoever scales them, and no order notices.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from autoscale_plot import draw, told
from autoscale_timeline import drive
from kit_commands import CHECKOUT, WORKERS, Kit
from required_addons import demand

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
LOAD_SECONDS = 60.0
WAITS = {"seconds": 0.5, "spread": "constant"}
COMPUTES = {"seconds": 0.05, "spread": "constant", "cpu_seconds": 0.02}
NEEDS = {
    "cpu": "apiservice/v1beta1.metrics.k8s.io",
    "backlog": "crd/scaledobjects.keda.sh",
    "slots": "crd/scaledobjects.keda.sh",
}


@pytest.fixture(scope="module")
def without_autoscaler(cluster: Kit) -> Iterator[Kit]:
    """
    The cluster, which gets its plain workers back in the end.
    """
    yield cluster
    assert cluster.make("deploy", "PROFILE=dev", "GRAFANA=0", "AUTOSCALE=none").code == 0


@pytest.mark.parametrize(
    ("name", "rate", "work"),
    [
        pytest.param("cpu", 2.0, COMPUTES, id="cpu"),
        pytest.param("backlog", 3.0, WAITS, id="backlog"),
        pytest.param("slots", 2.4, WAITS, id="slots"),
    ],
)
async def test_workers_follow_the_load(
    without_autoscaler: Kit, name: str, rate: float, work: dict[str, Any]
) -> None:
    """
    With each autoscaler the workers grow under load and shrink after it; no order fails, and no activity is
    repeated more than once.
    """
    kit = without_autoscaler
    demand(kit, NEEDS[name])
    values = str((HERE / "values.yaml").relative_to(CHECKOUT))
    deployed = kit.make("deploy", "PROFILE=dev", "GRAFANA=0", f"AUTOSCALE={name}", f"WORKER_VALUES={values}")
    assert deployed.code == 0
    # From the least, so that growth is seen; whoever owns the count starts from there.
    kit.kubectl("scale", f"deployment/{WORKERS}", "--replicas=1", "--namespace", "repair-shop")

    timeline = await drive(rate, LOAD_SECONDS, work, until_replicas=1, patience=420)

    print(told(name, timeline))
    draw(name, timeline, LOAD_SECONDS, Path(os.environ.get("AUTOSCALE_PLOTS") or kit.results))
    assert timeline.failures == []
    assert timeline.completed == timeline.started == int(rate * LOAD_SECONDS)
    assert timeline.attempts <= 2
    assert max(look.wanted for look in timeline.looks) > 1
    assert max(look.ready for look in timeline.looks) > 1
    assert timeline.looks[-1].wanted == 1

    scaled = kit.make("scale", "N=2")
    submitted = kit.loadtest("submit", "loadtest/plans/smoke.toml", "--progress", "plain")
    owner = "HorizontalPodAutoscaler" if name == "cpu" else "ScaledObject"
    assert scaled.code == 2
    assert submitted.code == 2
    assert f"{owner} {WORKERS} owns its replica count" in submitted.error
