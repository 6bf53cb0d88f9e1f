"""
Whose the number of workers is: kept where an autoscaler comes or goes, and a sweep's while KEDA is paused.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit_commands import CHECKOUT, WORKERS, Kit, until
from required_addons import demand

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

VALUES = str((Path(__file__).parent / "owners-values.yaml").relative_to(CHECKOUT))
DEPLOY = ("deploy", "PROFILE=dev", "GRAFANA=0")
PAUSED = "autoscaling.keda.sh/paused"
# Given in full, so that a busy machine makes no window longer.
PLAN = """
name = "owners"
replicas = [1]
warm_up_seconds = 2
loads = [{ kind = "open", arrival_rate = 1.0, window_seconds = 10 }]
[work]
seconds = 0.1
"""


@pytest.fixture(scope="module")
def scaled(cluster: Kit) -> Iterator[Kit]:
    """
    Two workers, as KEDA keeps them; afterwards they are one plain one again.
    """
    demand(cluster, "crd/scaledobjects.keda.sh")
    assert cluster.make(*DEPLOY, "AUTOSCALE=backlog", f"WORKER_VALUES={VALUES}").code == 0
    until(lambda: count(cluster) == 2, "KEDA brings the second worker")
    yield cluster
    assert cluster.make(*DEPLOY, "AUTOSCALE=none").code == 0
    assert cluster.make("scale", "N=1").code == 0


def count(kit: Kit) -> int:
    """
    How many workers are wanted.
    """
    wanted: int = kit.deployment()["spec"].get("replicas", 0)
    return wanted


def scaled_object(kit: Kit, *arguments: str) -> None:
    """
    Annotate the ScaledObject.
    """
    kit.kubectl("annotate", "scaledobject", WORKERS, "--namespace", "repair-shop", *arguments)


def autoscalers(kit: Kit) -> list[str]:
    """
    The HorizontalPodAutoscalers of the workers, KEDA's own too.
    """
    return [
        one["metadata"]["name"]
        for one in kit.get("horizontalpodautoscalers", "--namespace", "repair-shop")["items"]
    ]


def test_a_sweep_takes_workers_whose_autoscaler_is_paused(scaled: Kit) -> None:
    """KEDA leaves the count alone meanwhile, and the sweep brings back what it found."""
    refused = scaled.sweep(PLAN)
    scaled_object(scaled, f"{PAUSED}=true")
    until(lambda: autoscalers(scaled) == [], "KEDA takes its autoscaler away")

    done = scaled.sweep(PLAN)
    found = count(scaled)
    scaled_object(scaled, f"{PAUSED}-")
    until(lambda: autoscalers(scaled) != [], "KEDA brings it back")

    assert refused.code == 2
    assert f"kubectl -n repair-shop annotate scaledobject {WORKERS} {PAUSED}=true" in refused.error
    # Whether its figures are good is another's question.
    assert done.code in (0, 1, 3), done.error
    assert found == 2


def test_the_workers_stay_when_their_autoscaler_goes(scaled: Kit) -> None:
    """A field that nobody names any more would be set to one by Kubernetes, and a busy fleet would be gone."""
    assert scaled.make(*DEPLOY, "AUTOSCALE=none").code == 0

    assert autoscalers(scaled) == []
    assert count(scaled) == 2


def test_an_upgrade_after_that_keeps_them_too(scaled: Kit) -> None:
    """Also once somebody has scaled them by hand."""
    assert scaled.make("scale", "N=3").code == 0
    changed = ["--reuse-values", "--set", "podAnnotations.baked=today"]

    done = scaled.helm("upgrade", WORKERS, "charts/repair-worker", "--namespace", "repair-shop", *changed)

    assert done.code == 0, done.said
    assert count(scaled) == 3
