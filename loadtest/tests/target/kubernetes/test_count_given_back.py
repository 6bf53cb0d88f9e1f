"""
The workers get their replica count back, whatever became of what ran beside the sweep.
"""

from __future__ import annotations

import asyncio

import pytest
from cluster_objects import deployment, pod, until
from fake_cluster import FakeCluster

from loadtest.plan import parse_plan
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.cluster_target_opening import open_target
from loadtest.target.kubernetes.lease import Holder, Lease, lease_of
from loadtest.target.kubernetes.server_pods import Usage

PLAN = parse_plan({"name": "p", "loads": [{"kind": "saturate", "window_seconds": 60}]}, "plan")


async def test_a_sampling_that_broke_keeps_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect beside the sweep is told, and the Lease that notes the count does not go before the count is back."""
    cluster = FakeCluster()
    cluster.put("deployment", deployment(replicas=2))
    own = cluster.put("pod", pod("sweep", namespace="loadtest"))
    lease = Lease(
        cluster.api, "shop", lease_of("shop", "workers"), Holder("loadtest", "sweep", own["metadata"]["uid"])
    )

    def breaks(_usage: Usage) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Usage, "sample", breaks)

    with pytest.raises(ZeroDivisionError):
        async with open_target(
            cluster.api, ClusterPlace("shop", "workers", server_namespace="temporal"), PLAN, [lease]
        ) as target:
            await asyncio.to_thread(target.count.ask, 7)
            (sampling,) = (
                task
                for task in asyncio.all_tasks()
                if "sample_usage" in getattr(task.get_coro(), "__name__", "")
            )
            await until(sampling.done)

    held = cluster.get("deployment", "shop", "workers")
    assert held is not None
    assert held["spec"]["replicas"] == 2
