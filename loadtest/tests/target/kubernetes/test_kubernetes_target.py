"""
Workers in a cluster: whose count they are, when they are ready, and an API that is away for a moment.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import deployment, evicted, pod
from fake_cluster import FakeCluster, refusal

from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.deployment import as_selector
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.worker_setup_labels import ACTIVITY_SLOTS, TASK_QUEUE

PLAN = parse_plan({"name": "p"}, "plan")
OWNED = {"apiVersion": "a/v1", "kind": "Rollout", "name": "r", "uid": "u", "controller": True}


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A Deployment with two pods.
    """
    made = FakeCluster()
    made.put("deployment", deployment(replicas=2))
    for number in (1, 2):
        made.put("pod", pod(f"p-{number}"))
    return made


def target(cluster: FakeCluster, place: ClusterPlace | None = None) -> KubernetesTarget:
    """
    The workers as a sweep has them.
    """
    return KubernetesTarget(cluster.api, place or ClusterPlace("shop", "workers", ready_seconds=0.0), PLAN)


@pytest.mark.parametrize(
    ("owner", "said"),
    [
        pytest.param(OWNED, "Rollout r owns it", id="any-controller"),
        pytest.param(
            OWNED | {"kind": "WorkerDeployment", "name": "repair"},
            "WorkerDeployment repair owns it .*--deployment shop/workerdeployment/repair",
            id="worker-controller",
        ),
    ],
)
def test_a_deployment_of_a_controller_is_refused(owner: dict[str, Any], said: str) -> None:
    """Its owner would undo every step; nothing is changed."""
    cluster = FakeCluster()
    cluster.put("deployment", deployment(ownerReferences=[owner]))

    with pytest.raises(InputError, match=said):
        target(cluster)
    assert not any(call.startswith("patch") for call, _ in cluster.calls)


def test_an_owner_that_controls_nothing_is_no_owner(cluster: FakeCluster) -> None:
    """An object may be owned for its removal alone."""
    cluster.put("deployment", deployment(ownerReferences=[OWNED | {"controller": False}]))

    assert target(cluster).count.read() == 3


@pytest.mark.parametrize(
    ("annotations", "said"),
    [
        pytest.param(
            {ACTIVITY_SLOTS: "3"}, "worker.activity_slots = 5: the Deployment .* has 3; ", id="slots"
        ),
        pytest.param({TASK_QUEUE: "q"}, "task_queue = 'orders': the Deployment .* polls 'q'; ", id="queue"),
    ],
)
def test_workers_that_are_set_up_as_no_plan_says_are_refused(annotations: dict[str, str], said: str) -> None:
    """A plan's slots and task queue are those that the kit's own workers say they have."""
    plan = parse_plan({"name": "p", "task_queue": "orders", "worker": {"activity_slots": 5}}, "plan")
    cluster = FakeCluster()
    cluster.put("deployment", deployment(annotations=annotations))

    with pytest.raises(InputError, match=f"^plan: {said}write "):
        KubernetesTarget(cluster.api, ClusterPlace("shop", "workers"), plan)


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param({ACTIVITY_SLOTS: "5", TASK_QUEUE: "orders"}, id="as-planned"),
        pytest.param({}, id="of-a-user"),
    ],
)
def test_workers_as_planned_or_unknown_are_taken(cluster: FakeCluster, annotations: dict[str, str]) -> None:
    """What a worker does not say is not held against it."""
    plan = parse_plan({"name": "p", "task_queue": "orders", "worker": {"activity_slots": 5}}, "plan")
    cluster.put("deployment", deployment(annotations=annotations))

    assert KubernetesTarget(cluster.api, ClusterPlace("shop", "workers"), plan).count.read() == 3


async def test_pods_that_were_evicted_are_no_replicas(cluster: FakeCluster) -> None:
    """They stay listed for hours; the good ones beside them are ready."""
    cluster.put("pod", evicted("p-0"))
    workers = target(cluster)

    found = await workers.scale(2)

    assert [one.identity for one in found] == ["p-1", "p-2"]
    assert [one.identity for one in await workers.alive()] == ["p-1", "p-2"]
    await workers.check_alive()


async def test_a_replica_that_is_evicted_has_died(cluster: FakeCluster) -> None:
    """Though it is still listed, it is told with what was done to it."""
    workers = target(cluster)
    await workers.scale(2)
    cluster.put("pod", evicted("p-1"))

    with pytest.raises(WorkerDiedError, match="pod p-1 ended:\np-1: Evicted: the node was low on memory"):
        await workers.check_alive()


async def test_a_replica_that_was_taken_away_says_by_whom(cluster: FakeCluster) -> None:
    """Nodes are drained, consolidated and taken back; the events outlive the pod."""
    workers = target(cluster)
    await workers.scale(2)
    del cluster.objects["pod", "shop", "p-1"]
    evicted = {"involvedObject": {"name": "p-1"}, "reason": "Evicted", "message": "Node is being drained"}
    cluster.put("event", {"metadata": {"name": "e", "namespace": "shop"}, **evicted})

    with pytest.raises(WorkerDiedError, match="p-1 of .* is gone; event Evicted: Node is being drained"):
        await workers.check_alive()


async def test_pods_that_do_not_start_are_told(cluster: FakeCluster) -> None:
    """With the number that is ready, how long was waited, and what to write where nodes must be added."""
    cluster.put("pod", pod("p-2", ready=False, phase="Pending", statuses=[], conditions=[]))

    with pytest.raises(
        TargetError, match=r"1 of 2 pods are ready after 0 s.*workers_ready_seconds.*\np-2: Pending"
    ):
        await target(cluster).scale(2)


async def test_a_count_that_is_set_back_is_told(cluster: FakeCluster) -> None:
    """Argo CD and Flux restore what stands in git within seconds; a longer wait would not help."""
    workers = target(cluster)

    def set_back(call: str, _name: str) -> None:
        if call == "list_pod":
            cluster.put("deployment", deployment(replicas=2))

    cluster.before = set_back

    with pytest.raises(TargetError, match="set the count to 2 again, as Argo CD.*/spec/replicas") as raised:
        await workers.scale(1)
    assert "workers_ready_seconds" not in str(raised.value)


class Away:
    """
    An API server that answers nothing so many times.
    """

    def __init__(self, call: str, times: int, error: Exception) -> None:
        self.call, self.left, self.error = call, times, error

    def __call__(self, call: str, _name: str) -> None:
        if call == self.call and self.left > 0:
            self.left -= 1
            raise self.error


@pytest.mark.parametrize("call", ["patch_deployment_scale", "list_pod"])
@pytest.mark.parametrize("error", [OSError("connection refused"), refusal(503)], ids=["nobody", "busy"])
async def test_an_api_that_is_away_is_asked_again(cluster: FakeCluster, call: str, error: Exception) -> None:
    """A sweep of hours outlives a restart of the API server: scaling goes on until its time is over."""
    workers = target(cluster, ClusterPlace("shop", "workers", ready_seconds=60.0))
    cluster.before = Away(call, 2, error)

    assert len(await workers.scale(2)) == 2


async def test_an_api_that_is_away_at_an_edge_is_a_look_less(cluster: FakeCluster) -> None:
    """The pods seen last stand in for it, and nobody is called dead."""
    workers = target(cluster)
    before = await workers.scale(2)
    cluster.before = Away("list_pod", 2, OSError("connection refused"))

    assert await workers.alive() == before
    await workers.check_alive()


@pytest.mark.parametrize("error", [OSError("connection refused"), refusal(403)], ids=["nobody", "new"])
async def test_the_count_is_brought_back_once_the_api_answers(cluster: FakeCluster, error: Exception) -> None:
    """The end of a sweep does not give up at the first refused connection."""
    workers = target(cluster)
    cluster.before = Away("patch_deployment_scale", 1, error)

    workers.count.bring_back(7)

    assert workers.count.read() == 7


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        pytest.param({"matchLabels": {"b": "2", "a": "1"}}, "a=1,b=2", id="labels"),
        pytest.param(
            {
                "matchExpressions": [
                    {"key": "a", "operator": "In", "values": ["1", "2"]},
                    {"key": "b", "operator": "NotIn", "values": ["3"]},
                    {"key": "c", "operator": "Exists"},
                    {"key": "d", "operator": "DoesNotExist"},
                ]
            },
            "a in (1, 2),b notin (3),c,!d",
            id="expressions",
        ),
    ],
)
def test_a_selector_takes_no_pods_but_the_deployments(selector: dict[str, Any], text: str) -> None:
    """One of expressions alone would else take every pod of the namespace."""
    assert as_selector(selector) == text


@pytest.mark.parametrize(
    ("workers", "said"),
    [
        pytest.param("nosuch", "there is no such Deployment", id="deployment"),
        pytest.param("workerdeployment/nosuch", "there is no such WorkerDeployment", id="worker-deployment"),
        pytest.param("statefulset/db", "a sweep cannot scale a statefulset", id="kind"),
    ],
)
def test_workers_that_are_not_there(cluster: FakeCluster, workers: str, said: str) -> None:
    """Refused with what to write."""
    with pytest.raises(InputError, match=said):
        target(cluster, ClusterPlace("shop", workers))


async def test_starts_are_of_what_runs_for_good_in_the_servers_namespace(cluster: FakeCluster) -> None:
    """A database that was started anew has another start; what a Job runs has none, nor what has ended."""
    cluster.put("pod", pod("postgres-0", namespace="temporal", containers=("postgres", "exporter")))
    job = pod("schema-1", namespace="temporal")
    job["spec"]["restartPolicy"] = "Never"
    cluster.put("pod", job)
    cluster.put("pod", evicted("frontend-1") | {"metadata": {"name": "frontend-1", "namespace": "temporal"}})
    place = ClusterPlace("shop", "workers", ready_seconds=0.0, server_namespace="temporal")

    found = await target(cluster, place).server_starts()

    assert found == {"postgres-0/postgres": 1767323045.0, "postgres-0/exporter": 1767323045.0}
    assert await target(cluster).server_starts() == {}
