"""
While a cluster, a name server or a page takes its time, injectors are listened to and other looks go on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cluster_objects import deployment, pod
from fake_cluster import FakeCluster

from loadtest.experiment.ports import Target
from loadtest.plan import parse_plan
from loadtest.probe import page_scraper
from loadtest.probe.page_scraper import PageScraper
from loadtest.target.kubernetes import kubernetes_target, server_pods
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.cluster_target_opening import open_target
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.lease import Holder, Lease, lease_of

# CPU is sampled of windows of a minute.
PLAN = parse_plan({"name": "p", "loads": [{"kind": "saturate", "window_seconds": 60}]}, "plan")
PLACE = ClusterPlace(
    "shop",
    "workers",
    server_metrics=("http://localhost:9090/metrics",),
    server_namespace="temporal",
    ready_seconds=60.0,
)
# Only what blocks the loop takes so long.
SECONDS = 20.0


@dataclass
class Handshake:
    """
    Answers a call once the event loop has done something else in the meantime.

    Attributes:
        loop: The event loop.
        asked: Calls so far.
    """

    loop: asyncio.AbstractEventLoop
    asked: list[str] = field(default_factory=list)

    def wait(self, call: str) -> None:
        """
        Wait for the loop, which comes to no end where it is the one that waits.
        """
        self.asked.append(call)
        ticked = threading.Event()
        self.loop.call_soon_threadsafe(ticked.set)
        assert ticked.wait(SECONDS), f"{call} was called on the event loop"


@pytest.fixture
async def handshake() -> Handshake:
    """
    Of this test's loop.
    """
    return Handshake(asyncio.get_running_loop())


@pytest.fixture
def cluster(handshake: Handshake) -> FakeCluster:
    """
    A Deployment with its two pods, each call of which waits for the loop.
    """
    made = FakeCluster()
    made.put("deployment", deployment(replicas=2))
    for number in (1, 2):
        made.put("pod", pod(f"p-{number}"))
    return made


METHODS: dict[str, Callable[[KubernetesTarget], Awaitable[Any]]] = {
    "set_up": lambda target: target.set_up(PLAN),
    "server_pages": lambda target: target.server_pages(),
    "scale": lambda target: target.scale(2),
    "alive": lambda target: target.alive(),
    "check_alive": lambda target: target.check_alive(),
    "server_starts": lambda target: target.server_starts(),
    "use": lambda target: target.use(),
    "machine_times": lambda target: target.machine_times(),
    "sample_usage": lambda target: target.sample_usage(),
}
# They know their answer.
WITHOUT_A_CALL = {"set_up", "use", "machine_times"}


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_of_the_target_lets_the_loop_run(
    cluster: FakeCluster, handshake: Handshake, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Each call of the cluster's API or of the name server is made in a thread."""
    target = KubernetesTarget(cluster.api, PLACE, PLAN)
    looked_up = server_pods.socket.getaddrinfo

    def look_up(*asked: Any) -> Any:
        handshake.wait("getaddrinfo")
        return looked_up(*asked)

    monkeypatch.setattr(server_pods.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(kubernetes_target, "SAMPLE_SECONDS", 0.01)
    cluster.before = lambda call, _name: handshake.wait(call)

    await METHODS[method](target)

    assert bool(handshake.asked) is (method not in WITHOUT_A_CALL)


def test_every_method_of_the_port_is_listed() -> None:
    """A new one belongs among them."""
    asked = {name for name, value in vars(Target).items() if asyncio.iscoroutinefunction(value)}
    assert asked <= set(METHODS)


async def test_taking_the_workers_and_giving_them_back_lets_the_loop_run(
    cluster: FakeCluster, handshake: Handshake
) -> None:
    """The Lease and the count, at both ends."""
    own = cluster.put("pod", pod("sweep", namespace="loadtest"))
    holder = Holder("loadtest", "sweep", own["metadata"]["uid"])
    cluster.before = lambda call, _name: handshake.wait(call)

    async with open_target(
        cluster.api, PLACE, PLAN, [Lease(cluster.api, "shop", lease_of("shop", "workers"), holder)]
    ) as target:
        await target.scale(2)
        taken = len(handshake.asked)

    assert 0 < taken < len(handshake.asked)


async def test_a_page_is_fetched_in_a_thread(handshake: Handshake, monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages at the same time; what is read of them is read in a thread too."""

    def fetch(endpoint: str, *_: object) -> bytes:
        handshake.wait(endpoint)
        return b""

    monkeypatch.setattr(page_scraper, "fetch", fetch)
    monkeypatch.setattr(page_scraper, "refuse_absent", lambda *_: handshake.wait("read"))
    metrics = PageScraper("default", "q")

    await metrics.scrape({"a": "http://a/", "b": "http://b/"}, "server")
    metrics.close()

    assert sorted(handshake.asked) == ["a", "b", "read", "read"]
