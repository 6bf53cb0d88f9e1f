"""
A sweep of a WorkerDeployment from its first step to the count that it brings back, also where it is interrupted.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cluster_objects import pod, until
from fake_cluster import FakeCluster, refusal

from loadtest.errors import InputError, TargetError
from loadtest.plan import parse_plan
from loadtest.target.kubernetes import refusal_patience
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.cluster_target_opening import open_target
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.lease import ORIGINAL_REPLICAS, Holder, Lease, lease_of
from loadtest.target.kubernetes.replica_count import WantedCount

PLAN = parse_plan({"name": "p"}, "plan")
WORKERS = "workerdeployment/repair"
LEASE = lease_of("shop", WORKERS)


@dataclass(slots=True)
class Controller:
    """
    A worker controller: before pods are listed, the current version has as many as the field says.

    Attributes:
        cluster: Where.
        current: Build id of the current version.
        works: Whether it makes pods.
    """

    cluster: FakeCluster = field(default_factory=FakeCluster)
    current: str = "b1"
    works: bool = True

    def __call__(self, call: str, _name: str) -> None:
        if call != "list_pod" or not self.works:
            return
        for key in [key for key in self.cluster.objects if key[0] == "pod" and key[1] == "shop"]:
            if self.cluster.objects[key]["metadata"]["labels"]["temporal.io/build-id"] == self.current:
                del self.cluster.objects[key]
        for number in range(self.replicas):
            self.run(self.current, f"{self.current}-{number}")

    def run(self, build: str, name: str) -> None:
        """
        Let a pod of a version run.
        """
        labels = {"temporal.io/deployment-name": "repair", "temporal.io/build-id": build}
        self.cluster.put("pod", pod(name, labels=labels))

    def say(self, target: str | None = None, *drained: str) -> None:
        """
        Write the status: which version is current, which is asked for, and which nobody asks for any more.
        """
        self.resource["status"] = {
            "currentVersion": {"buildID": self.current},
            "targetVersion": {"buildID": target or self.current},
            "deprecatedVersions": [{"buildID": build} for build in drained],
        }

    @property
    def resource(self) -> dict[str, Any]:
        """
        The WorkerDeployment.
        """
        return self.cluster.objects["workerdeployments", "shop", "repair"]

    @property
    def replicas(self) -> int:
        """
        How many pods it asks for.
        """
        return int(self.resource["spec"]["replicas"])

    @property
    def counts(self) -> int:
        """
        How often a count was asked for.
        """
        return [call for call, _ in self.cluster.calls].count("patch_workerdeployments")

    @property
    def lease(self) -> Lease:
        """
        The Lease of its workers, as the sweep in the pod of the load test sees it.
        """
        held = self.cluster.get("pod", "loadtest", "nightly")
        assert held is not None
        return Lease(self.cluster.api, "shop", LEASE, Holder("loadtest", "nightly", held["metadata"]["uid"]))

    async def sweep(self, steps: Callable[[KubernetesTarget], Awaitable[None]]) -> None:
        """
        Do something with the workers as a sweep has them.
        """
        place = ClusterPlace("shop", WORKERS, ready_seconds=30.0)
        async with open_target(self.cluster.api, place, PLAN, [self.lease]) as target:
            await steps(target)


@pytest.fixture
def controller() -> Controller:
    """
    A WorkerDeployment of three pods, with a template that a sweep leaves alone.
    """
    made = Controller()
    made.cluster.put("pod", pod("nightly", namespace="loadtest", containers=("sweep",)))
    document = {
        "metadata": {"name": "repair", "namespace": "shop"},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"image": "repair:1"}]}}},
    }
    made.cluster.put("workerdeployments", document)
    made.say()
    made.cluster.before = made
    return made


async def test_each_step_has_its_count_and_the_end_the_first_one(controller: Controller) -> None:
    """Only spec.replicas changes, and in the end nothing has; the Lease is given back."""
    before = controller.resource["spec"]["template"].copy()
    seen = []

    async def steps(target: KubernetesTarget) -> None:
        seen.extend([(len(await target.scale(count)), controller.replicas) for count in (1, 4, 2)])

    await controller.sweep(steps)

    assert seen == [(1, 1), (4, 4), (2, 2)]
    assert controller.resource["spec"] == {"replicas": 3, "template": before}
    assert controller.cluster.get("lease", "shop", LEASE) is None


@pytest.mark.parametrize("works", [True, False], ids=["in-the-window", "while-pods-are-awaited"])
async def test_an_interrupted_sweep_brings_its_count_back(controller: Controller, works: bool) -> None:
    """Ctrl-C of the program, or SIGTERM in its pod, cancels it wherever it is."""
    scaled = asyncio.Event()

    async def steps(target: KubernetesTarget) -> None:
        if not works:
            scaled.set()
        controller.works = works
        await target.scale(5)
        scaled.set()
        await asyncio.Event().wait()

    sweep = asyncio.create_task(controller.sweep(steps))
    await scaled.wait()
    await until(lambda: controller.replicas == 5)
    sweep.cancel()

    with pytest.raises(asyncio.CancelledError):
        await sweep

    assert controller.replicas == 3
    assert controller.cluster.get("lease", "shop", LEASE) is None


async def test_a_count_that_is_on_its_way_does_not_arrive_last(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API server that is slow holds a step's count while the sweep is interrupted; then the old count comes after it."""
    asked, ends, answers = threading.Event(), threading.Event(), threading.Event()
    bring_back = WantedCount.bring_back

    def slow(call: str, name: str) -> None:
        controller(call, name)
        if call == "patch_workerdeployments" and not asked.is_set():
            asked.set()
            assert answers.wait(30)

    def begun(count: WantedCount, replicas: int) -> None:
        ends.set()
        bring_back(count, replicas)

    controller.cluster.before = slow
    monkeypatch.setattr(WantedCount, "bring_back", begun)

    async def steps(target: KubernetesTarget) -> None:
        await target.scale(5)

    sweep = asyncio.create_task(controller.sweep(steps))
    await until(asked.is_set)
    sweep.cancel()
    await until(ends.is_set)
    # Time in which the end of the sweep would overtake what is on its way.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            await until(lambda: controller.counts == 2)
    answers.set()
    with contextlib.suppress(asyncio.CancelledError):
        await sweep
    # The thread that asked ends when it likes.
    await asyncio.get_running_loop().shutdown_default_executor()

    assert controller.replicas == 3
    assert controller.counts == 2


async def test_a_count_that_cannot_be_brought_back_is_the_next_sweeps(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Lease stays with it, and the next sweep ends with what the first one found."""
    monkeypatch.setattr(refusal_patience, "REFUSED_SECONDS", 0.0)

    async def refused(target: KubernetesTarget) -> None:
        await target.scale(5)

        def refuse(call: str, name: str) -> None:
            controller(call, name)
            if call == "patch_workerdeployments":
                raise refusal(403)

        controller.cluster.before = refuse

    async def steps(target: KubernetesTarget) -> None:
        await target.scale(1)

    with pytest.raises(TargetError, match="patch workerdeployments shop/repair: not allowed"):
        await controller.sweep(refused)
    kept = controller.cluster.get("lease", "shop", LEASE)
    left = controller.replicas
    controller.cluster.before = controller
    await controller.sweep(steps)

    assert kept is not None
    assert kept["metadata"]["annotations"][ORIGINAL_REPLICAS] == "3"
    assert left == 5
    assert controller.replicas == 3


async def test_a_rollout_between_two_steps_ends_the_sweep(controller: Controller) -> None:
    """Two versions would share the orders: the next step is not scaled, and the count is brought back."""
    seen = []

    async def steps(target: KubernetesTarget) -> None:
        await target.scale(1)
        controller.say("b2")
        try:
            await target.scale(2)
        finally:
            seen.append(controller.replicas)

    with pytest.raises(InputError, match="version b2 is being rolled out beside b1"):
        await controller.sweep(steps)

    assert seen == [1]
    assert controller.replicas == 3


async def test_a_version_that_became_current_is_swept(controller: Controller) -> None:
    """The steps after it are of its pods; those of the old version, which end their own orders, are not counted."""
    seen = []

    async def steps(target: KubernetesTarget) -> None:
        await target.scale(1)
        controller.current = "b2"
        controller.say("b2", "b1")
        seen.extend(one.identity for one in await target.scale(2))

    await controller.sweep(steps)

    assert seen == ["b2-0", "b2-1"]


async def test_a_version_that_comes_in_a_window_is_seen(controller: Controller) -> None:
    """Its pods appear among the replicas, which spoils the step; those of a version that drains do not."""
    controller.say(None, "b0")
    controller.run("b0", "old")
    seen = []

    async def steps(target: KubernetesTarget) -> None:
        await target.scale(1)
        seen.append([one.identity for one in await target.alive()])
        controller.run("b2", "new")
        seen.append([one.identity for one in await target.alive()])

    await controller.sweep(steps)

    assert seen == [["b1-0"], ["b1-0", "new"]]
