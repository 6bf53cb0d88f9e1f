"""
Pods that the API server goes on refusing: waiting for them is in vain, and ends within seconds.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from cluster_objects import deployment, not_made, pod, until
from fake_cluster import FakeCluster

from loadtest.errors import InjectorError, TargetError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes import absent_pods
from loadtest.target.kubernetes.absent_pods import LASTS_SECONDS, PodRefusals, RefusedPodsError, with_mend
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.injectors import InjectorJob, open_injectors
from loadtest.target.kubernetes.job_log import JobLog, NotStartedError
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.own_pod import OwnPod
from loadtest.target.kubernetes.sweep_job import SweepJob

QUOTA = 'pods "x" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
RANGE = 'pods "x" is forbidden: maximum memory usage per Container is 64Mi, but limit is 256Mi'
POLICY = 'admission webhook "validate.kyverno.svc-fail" denied the request: no team label'
INVALID = 'Pod "x" is invalid: spec.containers[0].resources.requests: must be less than or equal to cpu limit'
AWAY = (
    'Internal error occurred: failed calling webhook "validate.kyverno.svc-fail": context deadline exceeded'
)
NO_EVENTS = (
    'no events: list events: not allowed (events is forbidden: User "jane" cannot list resource "events")'
)
JOB = {
    "metadata": {"name": "loadtest-injectors"},
    "spec": {"template": {"spec": {"containers": [{"name": "injector", "image": "i"}]}}},
}
OWNER = OwnPod("loadtest", "loadtest-sweep-x", "uid-of-pod", {})
LONG_SECONDS = 20.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """
    The time, which only sleeping moves.
    """
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: now.append(now.pop() + seconds))
    return now


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A refusal lasts as soon as it was seen.
    """
    monkeypatch.setattr(absent_pods, "LASTS_SECONDS", 0.0)


@pytest.mark.parametrize("refused", [QUOTA, RANGE, POLICY, INVALID])
def test_a_refusal_that_lasts_ends_the_wait(clock: list[float], refused: str) -> None:
    """Not before some seconds, in which the pods of an earlier step may make room in a quota."""
    refusals = PodRefusals(lambda: refused)

    assert refusals.last(lacking=True, leaving=False) == ""
    clock[0] = LASTS_SECONDS - 0.1
    assert refusals.last(lacking=True, leaving=False) == ""
    clock[0] = LASTS_SECONDS
    assert refusals.last(lacking=True, leaving=False) == refused


@pytest.mark.parametrize(
    ("refused", "lacking"),
    [
        pytest.param("", True, id="nothing-is-refused"),
        pytest.param(AWAY, True, id="a-webhook-that-does-not-answer"),
        pytest.param(NO_EVENTS, True, id="events-that-may-not-be-read"),
        pytest.param(QUOTA, False, id="all-are-there"),
    ],
)
def test_what_may_pass_is_waited_for(clock: list[float], refused: str, *, lacking: bool) -> None:
    """And the seconds of a refusal begin again after it."""
    said = [QUOTA]
    refusals = PodRefusals(lambda: said[0])
    refusals.last(lacking=True, leaving=False)
    clock[0], said[0] = 5 * LASTS_SECONDS, refused

    assert refusals.last(lacking=lacking, leaving=False) == ""

    said[0] = QUOTA
    assert refusals.last(lacking=True, leaving=False) == ""


def test_pods_that_end_make_room_for_others(clock: list[float]) -> None:
    """The controller has waited longer from try to try meanwhile, and is given the time for one more."""
    refusals = PodRefusals(lambda: QUOTA)
    for second in range(26):
        clock[0] = float(second)
        assert refusals.last(lacking=True, leaving=True) == ""

    clock[0] = 25 + 25 + LASTS_SECONDS - 0.1
    assert refusals.last(lacking=True, leaving=False) == ""
    clock[0] = 25 + 25 + LASTS_SECONDS
    assert refusals.last(lacking=True, leaving=False) == QUOTA


@pytest.mark.parametrize(
    ("refused", "mend"),
    [
        (QUOTA, "have the quota raised: `kubectl -n shop describe quota`"),
        (RANGE, "give the pods resources that it allows: `kubectl -n shop describe limitrange`"),
        (
            'pods "x" is forbidden: violates PodSecurity "restricted:latest": x',
            "pod-security.kubernetes.io/enforce",
        ),
        (POLICY, "change what it names in the pods, or have the rule changed"),
    ],
)
def test_each_refusal_has_its_mend(refused: str, mend: str) -> None:
    """In the same line as the cause."""
    said = with_mend(refused, "shop")

    assert said.startswith(f"{refused}; ")
    assert said.endswith(mend)


def _refusing(message: str) -> dict[str, Any]:
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
    return {**deployment(), "status": {"conditions": [failure]}}


def _target(cluster: FakeCluster, workers: str = "workers") -> KubernetesTarget:
    place = ClusterPlace("shop", workers, ready_seconds=LONG_SECONDS)
    return KubernetesTarget(cluster.api, place, parse_plan({"name": "p"}, "plan"))


@pytest.mark.usefixtures("at_once")
async def test_workers_that_are_refused() -> None:
    """The Deployment says it of itself, long before the wait for nodes is over."""
    cluster = FakeCluster()
    cluster.put("deployment", _refusing(RANGE))
    cluster.put("pod", pod("p-1"))

    with pytest.raises(
        RefusedPodsError,
        match="shop/workers: 1 of 2 pods are ready; Deployment workers makes no more pods: .*usage per Container.*; give",
    ):
        await _target(cluster).scale(2)


@pytest.mark.usefixtures("at_once")
async def test_a_refusal_that_is_over_is_none() -> None:
    """Its condition stays with another status."""
    cluster = FakeCluster()
    refusing = _refusing(QUOTA)
    refusing["status"]["conditions"][0]["status"] = "False"
    cluster.put("deployment", refusing)
    scaling = asyncio.create_task(_target(cluster).scale(1))
    await until(lambda: sum(call == "list_pod" for call, _ in cluster.calls) > 3)

    cluster.put("pod", pod("p-1"))

    assert [replica.identity for replica in await scaling] == ["p-1"]


@pytest.mark.usefixtures("at_once")
async def test_versions_of_a_worker_deployment_that_are_refused() -> None:
    """Their Deployments may not be read, so events tell it; one of an earlier sweep is no cause of this one."""
    cluster = FakeCluster()
    cluster.put(
        "workerdeployments",
        {
            "metadata": {"name": "workers", "namespace": "shop"},
            "spec": {"replicas": 1},
            "status": {"currentVersion": {"buildID": "1", "deployment": {"name": "workers-1"}}},
        },
    )
    old = not_made("ReplicaSet", "workers-1-5d4f", "pods is forbidden: an old reason")
    cluster.put("event", old)
    scaling = asyncio.create_task(_target(cluster, "workerdeployment/workers").scale(2))
    await until(lambda: sum(call == "list_pod" for call, _ in cluster.calls) > 3)
    assert not scaling.done()

    new = not_made("ReplicaSet", "workers-1-5d4f", QUOTA, at="2026-01-02T03:04:06Z")
    cluster.put("event", new)

    with pytest.raises(
        RefusedPodsError, match="0 of 2 pods are ready; ReplicaSet workers-1-5d4f makes no more"
    ):
        await scaling


@pytest.mark.usefixtures("at_once")
async def test_injectors_that_are_refused_end_the_wait_for_them() -> None:
    """Their Job is taken away, and the line has cause and mend."""
    cluster = FakeCluster()
    cluster.put("config_map", {"metadata": {"name": "template"}, "data": {"job.yaml": yaml.safe_dump(JOB)}})
    # Of a Job that had this name before.
    cluster.put("event", not_made("Job", "loadtest-injectors", "pods is forbidden: old", "loadtest", "uid-0"))

    with pytest.raises(
        InjectorError,
        match="^the injectors are not made: Job loadtest-injectors makes no more pods: .*exceeded quota.*; ask for",
    ):
        async with open_injectors(InjectorJob(cluster.api, "loadtest", "template"), 2, {}, OWNER, None):
            made = cluster.objects["job", "loadtest", "loadtest-injectors"]["metadata"]["uid"]
            await until(lambda: sum(call == "list_event" for call, _ in cluster.calls) > 3)
            cluster.put("event", not_made("Job", "loadtest-injectors", QUOTA, "loadtest", made))
            await asyncio.sleep(LONG_SECONDS)

    assert cluster.get("job", "loadtest", "loadtest-injectors") is None


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("kind", [TimeoutError, InjectorError, RefusedPodsError])
async def test_what_else_ends_the_body_stays_what_it_is(kind: type[Exception]) -> None:
    """Also where it is a time that has passed, as the wait is ended by one, or workers that are refused."""
    cluster = FakeCluster()
    cluster.put("config_map", {"metadata": {"name": "template"}, "data": {"job.yaml": yaml.safe_dump(JOB)}})

    with pytest.raises(kind, match="^of the body$"):
        async with open_injectors(InjectorJob(cluster.api, "loadtest", "template"), 1, {}, OWNER, None):
            await until(lambda: ("create_job", "loadtest-injectors") in cluster.calls)
            raise kind("of the body")


def test_a_sweep_that_is_refused_is_told_within_seconds(clock: list[float]) -> None:
    """The start of its pod would be waited for longer, and of an older Job's refusal nothing is said."""
    cluster = FakeCluster()
    job = {"metadata": {"name": "loadtest-sweep"}, "spec": {"template": {"spec": {"containers": []}}}}
    made = cluster.put("job", job)["metadata"]["uid"]
    later = datetime.now(UTC).isoformat()
    cluster.put("event", not_made("Job", "loadtest-sweep", QUOTA, "loadtest", made))
    cluster.put(
        "event", not_made("Job", "loadtest-sweep-old", "pods is forbidden: old", "loadtest", "u", later)
    )

    with pytest.raises(
        NotStartedError, match="the sweep's pod is not made: Job loadtest-sweep .*exceeded quota"
    ):
        list(JobLog(SweepJob(cluster.api, "loadtest", "loadtest-sweep"), start_seconds=120.0).lines())

    assert clock[0] < 2 * LASTS_SECONDS


def test_an_older_jobs_refusal_is_not_told_late_either(clock: list[float]) -> None:
    """Its event stays for an hour, and the new Job has the same name."""
    cluster = FakeCluster()
    job = {"metadata": {"name": "loadtest-sweep"}, "spec": {"template": {"spec": {"containers": []}}}}
    cluster.put("job", job)
    cluster.put("event", not_made("Job", "loadtest-sweep", QUOTA, "loadtest", "uid-of-the-one-before"))

    with pytest.raises(TargetError, match="did not start within 120 s") as told:
        list(JobLog(SweepJob(cluster.api, "loadtest", "loadtest-sweep"), start_seconds=120.0).lines())

    assert "quota" not in str(told.value)
    assert clock[0] > 120.0
