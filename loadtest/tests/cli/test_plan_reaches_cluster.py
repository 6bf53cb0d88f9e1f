"""
What of a plan reaches the workers and the injectors of a cluster.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fake_cluster import FakeCluster

from loadtest.cli import cluster_flags, open_cluster
from loadtest.cli.cluster_flags import ClusterFlags
from loadtest.plan import parse_plan
from loadtest.target.kubernetes.own_pod import OwnPod

PLAN = {
    "name": "p",
    "namespace": "orders",
    "injectors": 3,
    "waits": {"workers_ready_seconds": 601.0, "injectors_ready_seconds": 302.0},
}


async def test_the_plans_server_namespace_and_waits_reach_the_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Injectors go where the plan says, whatever server and namespace the release was installed for."""
    seen: dict[str, Any] = {}

    @contextlib.asynccontextmanager
    async def target(api: Any, place: Any, plan: Any, guards: Any) -> AsyncIterator[str]:
        seen["place"], seen["guards"] = place, guards
        yield "target"

    @contextlib.asynccontextmanager
    async def injectors(
        job: Any, count: int, environment: dict[str, str], owner: Any, code: Any
    ) -> AsyncIterator[None]:
        seen["job"], seen["count"], seen["environment"] = job, count, environment
        yield

    pod = {"containers": [{"name": "sweep"}]}
    monkeypatch.setattr(cluster_flags, "in_cluster", lambda: True)
    monkeypatch.setattr(open_cluster, "open_api", lambda: FakeCluster().api)
    monkeypatch.setattr(open_cluster, "own_pod", lambda api: OwnPod("loadtest", "sweep-x", "uid", pod))
    monkeypatch.setattr(open_cluster, "open_target", target)
    monkeypatch.setattr(open_cluster, "open_injectors", injectors)
    flags = ClusterFlags("shop/workers", "loadtest/template", None, None)

    async with open_cluster.open_cluster(flags, parse_plan(PLAN, "plan"), "frontend.orders:7233") as opened:
        assert opened == "target"

    assert seen["environment"] == {"TEMPORAL_ADDRESS": "frontend.orders:7233", "TEMPORAL_NAMESPACE": "orders"}
    assert (seen["count"], seen["job"].namespace, seen["job"].template) == (3, "loadtest", "template")
    assert (seen["place"].namespace, seen["place"].workers) == ("shop", "workers")
    assert (seen["place"].ready_seconds, seen["job"].gone_seconds) == (601.0, 302.0)
    assert len(seen["guards"]) == 2
