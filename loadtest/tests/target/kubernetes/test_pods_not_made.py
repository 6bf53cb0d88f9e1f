"""
Pods that the API server refuses to make, such as for a quota: they are in no list, so what is told is their owner's event;
and pods that do not go.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from cluster_objects import deployment, not_made, pod
from fake_cluster import FakeCluster

from loadtest.errors import InjectorError, TargetError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.injectors import InjectorJob, open_injectors
from loadtest.target.kubernetes.job_log import JobLog
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.own_pod import OwnPod
from loadtest.target.kubernetes.sweep_job import SweepJob

QUOTA = 'pods "x" is forbidden: exceeded quota: small'


async def scaled(cluster: FakeCluster) -> None:
    """
    Ask for two workers, of which one is there.
    """
    cluster.put("deployment", deployment())
    cluster.put("pod", pod("p-1"))
    plan = parse_plan({"name": "p"}, "plan")
    await KubernetesTarget(cluster.api, ClusterPlace("shop", "workers", ready_seconds=0.0), plan).scale(2)


async def test_workers() -> None:
    """The quota is told, and no time is asked for in which it would not grow."""
    cluster = FakeCluster()
    cluster.put("event", not_made("ReplicaSet", "workers-5d4f", QUOTA))

    with pytest.raises(
        TargetError, match="1 of 2 pods are ready after 0 s; ReplicaSet workers-5d4f makes"
    ) as told:
        await scaled(cluster)
    assert str(told.value).endswith(
        f"{QUOTA}; ask for fewer or smaller pods, or have the quota raised: `kubectl -n shop describe quota`"
    )
    assert "nodes must be added" not in str(told.value)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(not_made("ReplicaSet", "others-5d4f", QUOTA), id="of-others"),
        pytest.param(not_made("ReplicaSet", "workers2-5d4f", QUOTA), id="of-a-longer-name"),
        pytest.param(not_made("StatefulSet", "workers-db", QUOTA), id="of-another-kind"),
    ],
)
async def test_what_keeps_others_from_pods_is_not_told(event: dict[str, Any]) -> None:
    """It would send the reader to the wrong place."""
    cluster = FakeCluster()
    cluster.put("event", event)

    with pytest.raises(TargetError, match="if nodes must be added first") as told:
        await scaled(cluster)
    assert "quota" not in str(told.value)


async def test_injectors() -> None:
    """Beside what the sweep says of those that did not come."""
    cluster = FakeCluster()
    job = {
        "metadata": {"name": "loadtest-injectors"},
        "spec": {"template": {"spec": {"containers": [{"name": "injector", "image": "i"}]}}},
    }
    cluster.put("config_map", {"metadata": {"name": "template"}, "data": {"job.yaml": yaml.safe_dump(job)}})
    owner = OwnPod("loadtest", "loadtest-sweep-x", "uid-of-pod", {})

    with pytest.raises(
        InjectorError,
        match="0 of 2 injectors\nJob loadtest-injectors makes no more pods: .*exceeded quota: small",
    ):
        async with open_injectors(InjectorJob(cluster.api, "loadtest", "template"), 2, {}, owner, None):
            made = cluster.objects["job", "loadtest", "loadtest-injectors"]["metadata"]["uid"]
            cluster.put("event", not_made("Job", "loadtest-injectors", QUOTA, "loadtest", made))
            raise InjectorError("0 of 2 injectors")


def test_the_sweep_itself() -> None:
    """No start is waited for longer."""
    cluster = FakeCluster()
    made = cluster.put(
        "job", {"metadata": {"name": "loadtest-sweep"}, "spec": {"template": {"spec": {"containers": []}}}}
    )
    cluster.put("event", not_made("Job", "loadtest-sweep", QUOTA, "loadtest", made["metadata"]["uid"]))
    log = JobLog(SweepJob(cluster.api, "loadtest", "loadtest-sweep"), start_seconds=0.0)

    with pytest.raises(
        TargetError, match="pod is not made: Job loadtest-sweep .*exceeded quota: small; ask for"
    ):
        list(log.lines())


async def test_two_versions_at_once_are_not_ready() -> None:
    """A rollout that is paused half way leaves pods of both, all of them ready; their figures would be of neither."""
    cluster = FakeCluster()
    cluster.put("pod", pod("p-1", labels={"app": "worker", "pod-template-hash": "5d4f"}))
    cluster.put("pod", pod("p-2", labels={"app": "worker", "pod-template-hash": "77b9"}))
    cluster.put("deployment", deployment())
    target = KubernetesTarget(
        cluster.api, ClusterPlace("shop", "workers", ready_seconds=0.0), parse_plan({"name": "p"}, "plan")
    )

    with pytest.raises(TargetError, match=r"they are of 2 versions \(5d4f, 77b9\), .*kubectl rollout resume"):
        await target.scale(2)


@pytest.mark.parametrize(
    ("seconds", "finalizers", "told"),
    [
        pytest.param(
            400,
            [],
            r"p-9 has 600 s to end, until \d\d:\d\d:\d\d UTC; give it longer: --set waits.workers_ready_seconds=600$",
            id="drains",
        ),
        pytest.param(
            -400,
            [],
            r"p-9 was to have ended by \d\d:\d\d:\d\d UTC, so its node gone-1 does not answer; once nothing of it runs, "
            r"`kubectl -n shop delete pod p-9 --force` takes it away$",
            id="on-a-node-that-is-gone",
        ),
        pytest.param(
            -400,
            ["example.org/drain"],
            r"p-9 was to have ended by \d\d:\d\d:\d\d UTC and is kept by its finalizers: example.org/drain$",
            id="kept",
        ),
    ],
)
async def test_a_pod_that_does_not_end_is_told(seconds: int, finalizers: list[str], told: str) -> None:
    """A reclaimed node's stays for ever, and no node that is added changes anything of it."""
    cluster = FakeCluster()
    leaving = pod("p-9")
    by = datetime.now(UTC) + timedelta(seconds=seconds)
    leaving["metadata"] |= {
        "deletionTimestamp": by.isoformat(),
        "deletionGracePeriodSeconds": 600,
        "finalizers": finalizers,
    }
    leaving["spec"]["nodeName"] = "gone-1"
    cluster.put("pod", leaving)
    cluster.put("pod", pod("p-2"))

    with pytest.raises(TargetError, match=f"2 of 2 pods are ready after 0 s, 1 still end; {told}"):
        await scaled(cluster)
