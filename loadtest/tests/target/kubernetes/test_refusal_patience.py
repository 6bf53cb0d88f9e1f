"""
An API server that refuses what it allowed before: for a moment, as one that has just been started, or for good.
"""

from __future__ import annotations

import pytest
from cluster_objects import deployment, pod
from fake_cluster import FakeCluster, refusal

from loadtest.errors import TargetError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes import refusal_patience
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A Deployment whose two pods are ready.
    """
    made = FakeCluster()
    made.put("deployment", deployment(replicas=2))
    for name in ("p-1", "p-2"):
        made.put("pod", pod(name))
    return made


def target(cluster: FakeCluster) -> KubernetesTarget:
    """
    The workers, with a minute to become ready.
    """
    place = ClusterPlace("shop", "workers", ready_seconds=60.0)
    return KubernetesTarget(cluster.api, place, parse_plan({"name": "p"}, "plan"))


class Away:
    """
    An API server that refuses a call once.
    """

    def __init__(self, call: str, error: Exception) -> None:
        self.call, self.error, self.has_refused = call, error, False

    def __call__(self, call: str, _name: str) -> None:
        if call == self.call and not self.has_refused:
            self.has_refused = True
            raise self.error


@pytest.mark.parametrize("call", ["patch_deployment_scale", "list_pod", "read_deployment"])
@pytest.mark.parametrize("status", [401, 403])
async def test_an_api_server_that_has_just_started_refuses_for_a_moment(
    cluster: FakeCluster, call: str, status: int
) -> None:
    """Roles and logins are read some seconds later; a real one refused for two."""
    workers = target(cluster)
    cluster.before = Away(call, refusal(status))

    before = await workers.scale(2)
    cluster.before = Away("list_pod", refusal(status))

    assert await workers.alive() == before


async def test_an_api_that_goes_on_refusing_ends_the_sweep(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right that is missing does not come back by itself."""
    workers = target(cluster)
    await workers.scale(2)
    monkeypatch.setattr(refusal_patience, "REFUSED_SECONDS", 0.0)
    cluster.before = Away("list_pod", refusal(403))

    with pytest.raises(TargetError, match="not allowed"):
        await workers.alive()


async def test_what_is_not_admitted_is_told_at_once(cluster: FakeCluster) -> None:
    """A policy is no right, and does not change by itself."""
    workers = target(cluster)
    cluster.before = Away("patch_deployment_scale", refusal(403, 'admission webhook "p" denied the request'))

    with pytest.raises(TargetError, match="does not admit it"):
        await workers.scale(2)
