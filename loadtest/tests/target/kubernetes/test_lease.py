"""
One sweep at a time, and the replica count that is kept for whoever comes after a crash.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cluster_objects import deployment, pod, until
from fake_cluster import FakeCluster, refusal

from loadtest.errors import InputError, TargetError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes import held_leases, refusal_patience
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.cluster_target_opening import open_target
from loadtest.target.kubernetes.lease import ORIGINAL_REPLICAS, Holder, Lease, LeaseLostError, lease_of

NAME = lease_of("shop", "workers")
PLAN = parse_plan({"name": "p"}, "plan")


class Clock:
    """A clock that goes on by sleeping alone."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def cluster() -> FakeCluster:
    """A load test's namespace with the pods of two sweeps, and workers."""
    made = FakeCluster()
    for name in ("nightly", "submitted"):
        made.put("pod", pod(name, namespace="loadtest", containers=("sweep",)))
    made.put("deployment", deployment(replicas=3))
    return made


def lease(cluster: FakeCluster, name: str, clock: Clock | None = None) -> Lease:
    """
    The workers' Lease as the sweep in the pod of this name sees it.
    """
    clock = clock or Clock()
    held = cluster.get("pod", "loadtest", name)
    assert held is not None
    holder = Holder("loadtest", name, held["metadata"]["uid"])
    return Lease(cluster.api, "shop", NAME, holder, now=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("guarded", "name"),
    [
        pytest.param("workers", "shop.workers", id="deployment"),
        pytest.param("Deployment/workers", "shop.workers", id="deployment-by-its-kind"),
        pytest.param("workerdeployment/workers", "shop.workerdeployment.workers", id="worker-deployment"),
        pytest.param("WorkerDeployment/workers", "shop.workerdeployment.workers", id="however-it-is-written"),
    ],
)
def test_a_lease_has_a_name_that_kubernetes_takes(guarded: str, name: str) -> None:
    """One object has one Lease, whatever its kind and however that is written; a slash is in no name."""
    assert lease_of("shop", guarded) == name


def test_a_second_sweep_is_refused_by_the_first_ones_name(cluster: FakeCluster) -> None:
    """However either was started: the refusal names the holder's pod and when its hold expires."""
    lease(cluster, "nightly").take()

    with pytest.raises(
        InputError, match=r"sweep of pod loadtest/nightly holds Lease shop/shop\.workers.*03:05:05 UTC"
    ):
        lease(cluster, "submitted").take()
    with pytest.raises(InputError, match="pod loadtest/nightly"):
        lease(cluster, "submitted").demand_free()


def test_another_load_tests_sweep_is_refused(cluster: FakeCluster) -> None:
    """The Lease lies beside the workers, where both meet; whether the other's pod lives nobody else may ask, so its time counts."""
    clock = Clock()
    lease(cluster, "nightly", clock).take()
    theirs = Lease(
        cluster.api, "shop", NAME, Holder("other-team", "sweep", "u"), now=clock, sleep=clock.sleep
    )
    cluster.before = lambda call, _name: _refuse(call == "read_pod")

    with pytest.raises(InputError, match=r"sweep of pod loadtest/nightly holds Lease shop/shop\.workers"):
        theirs.take()
    clock.now += timedelta(seconds=61)
    theirs.take()


def test_a_lease_that_was_given_back_is_free(cluster: FakeCluster) -> None:
    """Nothing is left of it."""
    first = lease(cluster, "nightly")
    first.take()
    first.note(3)

    first.give_back()

    assert cluster.get("lease", "shop", NAME) is None
    lease(cluster, "submitted").take()


@pytest.mark.parametrize(
    "crash",
    [
        pytest.param(
            lambda c: c.objects["pod", "loadtest", "nightly"]["status"].update(phase="Failed"), id="ended"
        ),
        pytest.param(lambda c: c.objects.pop(("pod", "loadtest", "nightly")), id="gone"),
        pytest.param(
            lambda c: c.objects["pod", "loadtest", "nightly"]["metadata"].update(uid="later"), id="replaced"
        ),
    ],
)
def test_a_crashed_sweep_leaves_its_count_to_the_next(cluster: FakeCluster, crash: object) -> None:
    """Its pod has ended, so the next takes the Lease at once, and restores what the first found, not what it left."""
    first = lease(cluster, "nightly")
    first.take()
    first.note(3)
    assert callable(crash)
    crash(cluster)

    second = lease(cluster, "submitted")
    second.take()

    assert second.note(16) == 3
    with pytest.raises(LeaseLostError, match="was taken by loadtest/submitted"):
        first.renew()


def test_a_lease_says_since_when_its_holder_has_it(cluster: FakeCluster) -> None:
    """A renewal and a note keep that moment; whoever takes it after has one of its own."""
    clock = Clock()
    began = clock.now
    first = lease(cluster, "nightly", clock)
    first.take()
    clock.now += timedelta(seconds=5)
    first.renew()
    first.note(3)

    kept = cluster.get("lease", "shop", NAME)
    assert kept is not None
    assert _moment(kept, "acquireTime") == began
    assert _moment(kept, "renewTime") > began

    clock.now += timedelta(seconds=61)
    lease(cluster, "submitted", clock).take()

    taken = cluster.get("lease", "shop", NAME)
    assert taken is not None
    assert _moment(taken, "acquireTime") > began + timedelta(seconds=61)


def _moment(found: dict[str, Any], key: str) -> datetime:
    return datetime.fromisoformat(found["spec"][key])


def test_a_holder_that_is_silent_loses_it(cluster: FakeCluster) -> None:
    """Its pod still runs, as on a node that is cut off; after the Lease's time another may take it."""
    clock = Clock()
    lease(cluster, "nightly", clock).take()
    clock.now += timedelta(seconds=61)

    lease(cluster, "submitted", clock).take()


def test_a_holder_with_a_slow_clock_keeps_it(cluster: FakeCluster) -> None:
    """Its renewals look old but go on, so it is not taken."""
    fast, slow = Clock(), Clock()
    holder = lease(cluster, "nightly", slow)
    holder.take()
    fast.now += timedelta(hours=1)

    def sleep(seconds: float) -> None:
        slow.now += timedelta(seconds=seconds)
        holder.renew()

    held = cluster.get("pod", "loadtest", "submitted")
    assert held is not None
    other = Lease(
        cluster.api,
        "shop",
        NAME,
        Holder("loadtest", "submitted", held["metadata"]["uid"]),
        now=fast,
        sleep=sleep,
    )

    with pytest.raises(InputError, match="pod loadtest/nightly"):
        other.take()


def test_two_takers_at_once_are_one(cluster: FakeCluster) -> None:
    """Whoever writes second gets a conflict of the API, and that is a refusal."""
    other = lease(cluster, "nightly")

    def overtaken(call: str, _name: str) -> None:
        if call == "create_lease":
            cluster.before = lambda _call, _name: None
            other.take()

    cluster.before = overtaken

    with pytest.raises(InputError, match="pod loadtest/nightly"):
        lease(cluster, "submitted").take()


async def test_the_workers_get_their_count_back(cluster: FakeCluster) -> None:
    """The count is kept in the Lease and nowhere else, and the Deployment itself is never patched."""
    async with open_target(cluster.api, ClusterPlace("shop", "workers"), PLAN, [lease(cluster, "nightly")]):
        kept = cluster.get("lease", "shop", NAME)
        assert kept is not None
        assert kept["metadata"]["annotations"][ORIGINAL_REPLICAS] == "3"
        cluster.objects["deployment", "shop", "workers"]["spec"]["replicas"] = 16

    found = cluster.get("deployment", "shop", "workers")
    assert found is not None
    assert found["spec"]["replicas"] == 3
    assert "annotations" not in found["metadata"]
    assert cluster.get("lease", "shop", NAME) is None
    assert {call for call, _ in cluster.calls if call.endswith(("deployment", "deployment_scale"))} == {
        "read_deployment",
        "read_deployment_scale",
        "patch_deployment_scale",
    }


async def test_a_count_that_cannot_be_restored_stays_noted(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is told, and the Lease stays with the count for the next sweep."""
    monkeypatch.setattr(refusal_patience, "REFUSED_SECONDS", 0.05)
    with pytest.raises(TargetError, match="not allowed"):
        async with open_target(
            cluster.api, ClusterPlace("shop", "workers"), PLAN, [lease(cluster, "nightly")]
        ):
            cluster.before = lambda call, _name: _refuse(call == "patch_deployment_scale")

    kept = cluster.get("lease", "shop", NAME)
    assert kept is not None
    assert kept["metadata"]["annotations"][ORIGINAL_REPLICAS] == "3"


def _refuse(wanted: bool) -> None:
    if wanted:
        raise refusal(403)


async def test_a_sweep_that_lost_its_lease_ends_and_restores_nothing(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers are another's by then."""
    monkeypatch.setattr(held_leases, "RENEW_SECONDS", 0.01)

    with pytest.raises(LeaseLostError, match="was taken by loadtest/submitted"):
        async with open_target(
            cluster.api, ClusterPlace("shop", "workers"), PLAN, [lease(cluster, "nightly")]
        ) as target:
            cluster.objects["pod", "loadtest", "nightly"]["status"]["phase"] = "Failed"
            lease(cluster, "submitted").take()
            cluster.objects["deployment", "shop", "workers"]["spec"]["replicas"] = 16
            await until(lambda: target.hold.lost is not None)
            await target.scale(2)

    found = cluster.get("deployment", "shop", "workers")
    assert found is not None
    assert found["spec"]["replicas"] == 16


async def test_a_cluster_that_is_away_at_a_renewal_is_asked_again(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One renewal without an answer loses nothing."""
    monkeypatch.setattr(held_leases, "RENEW_SECONDS", 0.01)
    asked = 0

    def away(call: str, _name: str) -> None:
        nonlocal asked
        if call == "read_lease":
            asked += 1
            if asked < 3:
                raise OSError("connection refused")

    async with open_target(
        cluster.api, ClusterPlace("shop", "workers"), PLAN, [lease(cluster, "nightly")]
    ) as target:
        cluster.before = away
        await until(lambda: asked > 3)

        assert target.hold.lost is None
