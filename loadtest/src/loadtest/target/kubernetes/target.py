"""
The pods of one Deployment as a sweep's target.

It scales and lists; it never scrapes a page and never asks Temporal.  The replica count that
it found is restored when it is left, after a failure too.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.plan import Plan
from loadtest.results.measured import ProcessUse, Replica
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.deployment import ACTIVITY_SLOTS, TASK_QUEUE, Deployment
from loadtest.target.kubernetes.endpoints import server_pages
from loadtest.target.kubernetes.pods import Pods, has_died, is_ready, replica
from loadtest.target.kubernetes.usage import SAMPLE_SECONDS, Usage

READY_SECONDS = 180.0
_FROM_THE_PAGES = "in a cluster the CPU of workers is read from their pages"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in the cluster things are.

    Attributes:
        namespace, deployment: The workers.
        server_metrics: URLs of the server's pages; a host with several addresses is several pages.
        server_namespace: Kubernetes namespace of the server's pods, for their CPU.
        ready_seconds: How long pods may take to be ready.
    """

    namespace: str
    deployment: str
    server_metrics: tuple[str, ...] = ()
    server_namespace: str | None = None
    ready_seconds: float = READY_SECONDS


class KubernetesTarget:
    """
    Worker pods in a cluster.

    Attributes:
        own: Whether the Deployment is of the kit's chart, whose slots and pages are known.
    """

    def __init__(self, api: Api, place: Place, plan: Plan) -> None:
        """
        Args:
            api: The cluster.
            place: Where things are.
            plan: What will be asked of the workers.

        Raises:
            InputError: No such Deployment, an autoscaler owns it, or it is set up otherwise than the plan says.
        """
        self._place = place
        self._deployment = Deployment(api, place.namespace, place.deployment)
        found = self._deployment.read()
        self._pods = Pods(api, place.namespace, dict(found.spec.selector.match_labels))
        self._deployment.demand_no_autoscaler()
        annotations = dict(found.metadata.annotations or {})
        self.own = ACTIVITY_SLOTS in annotations
        _demand_as_planned(self._deployment, annotations, plan)
        self._usage = Usage(
            api, place.server_namespace, min(load.longest_window_seconds for load in plan.loads)
        )
        self._expected: tuple[Replica, ...] = ()
        self._setup = (plan.worker, plan.server, plan.codec)

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Accept the settings with which the Deployment runs; nothing is ever started anew here.

        Raises:
            InputError: The plan varies a setting of the workers or of the server.
        """
        asked = (plan.worker, plan.server, plan.codec)
        if asked != self._setup:
            raise InputError(
                "factors: workers and server of a cluster are set up by their charts, so a sweep there varies keys of "
                "[work] alone; leave the other factors out"
            )
        return ()

    async def server_pages(self) -> Mapping[str, str]:
        """
        The server's /metrics pages by name, empty where there are none to be had.
        """
        return await asyncio.to_thread(server_pages, self._place.server_metrics)

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Scale the Deployment and wait until exactly that many pods are ready and no other is left.

        Raises:
            WorkerDiedError: A container ended at its start; the text ends with events and log lines.
            TargetError: They are not ready in time.
        """
        self._expected = ()
        await asyncio.to_thread(self._deployment.scale, replicas)
        deadline = time.monotonic() + self._place.ready_seconds
        while True:
            ready = await asyncio.to_thread(self._ready, replicas, time.monotonic() > deadline)
            if ready is not None:
                self._expected = ready
                return ready
            await asyncio.sleep(0.5)

    def _ready(self, replicas: int, late: bool) -> tuple[Replica, ...] | None:
        pods = self._pods.all()
        leaving = self._pods.leaving()
        if len(pods) == replicas and all(map(is_ready, pods)) and not leaving:
            return tuple(sorted(map(replica, pods), key=lambda one: one.identity))
        died = [pod for pod in pods if has_died(pod) and not is_ready(pod)]
        if died:
            raise WorkerDiedError(
                f"a worker of {self._deployment} ended before it was ready:\n{self._pods.story(died)}"
            )
        if late:
            ready = sum(map(is_ready, pods))
            raise TargetError(
                f"{self._deployment}: {ready} of {replicas} pods are ready after {self._place.ready_seconds:g} s"
                f"{f', {leaving} still end' if leaving else ''}:\n{self._pods.story(pods)}"
            )
        return None

    async def alive(self) -> Sequence[Replica]:
        """
        The pods that are ready right now, asked at once: a list kept in the background would be of a moment ago.
        """
        pods = await asyncio.to_thread(self._pods.all)
        return tuple(sorted((replica(pod) for pod in pods if is_ready(pod)), key=lambda one: one.identity))

    async def check_alive(self) -> None:
        """
        Look whether every pod that ``scale`` gave still runs.

        Raises:
            WorkerDiedError: One ended or is gone; the text ends with events and log lines.
        """
        pods = {pod.metadata.name: pod for pod in await asyncio.to_thread(self._pods.all)}
        for wanted in self._expected:
            pod = pods.get(wanted.identity)
            if pod is None:
                raise WorkerDiedError(f"pod {wanted.identity} of {self._deployment} is gone")
            if has_died(pod) and (not is_ready(pod) or replica(pod) != wanted):
                raise WorkerDiedError(f"pod {wanted.identity} ended:\n{self._pods.story([pod])}")

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU of the server's pods where metrics.k8s.io can say; that of the workers stands on their pages.
        """
        return {"worker": ProcessUse(None, None, _FROM_THE_PAGES), "server": self._usage.use()}

    async def sample_usage(self) -> None:
        """
        Ask metrics.k8s.io every few seconds until cancelled or until it has nothing to say.
        """
        while self._usage.asks:
            await asyncio.to_thread(self._usage.sample)
            await asyncio.sleep(SAMPLE_SECONDS)

    def keep_original(self) -> int:
        """
        Note the replica count that was found.
        """
        return self._deployment.keep_original()

    def restore(self) -> None:
        """
        Bring the replica count back that was found.
        """
        self._deployment.restore_original()


def _demand_as_planned(deployment: Deployment, annotations: Mapping[str, str], plan: Plan) -> None:
    slots, queue = annotations.get(ACTIVITY_SLOTS), annotations.get(TASK_QUEUE)
    asked = plan.worker.activity_slots
    if asked is not None and slots is not None and slots != str(asked):
        raise InputError(
            f"plan: worker.activity_slots = {plan.worker.activity_slots}: the Deployment {deployment} has {slots}; "
            f"write {slots}, or `helm upgrade --reuse-values --set settings.activitySlots={plan.worker.activity_slots}`"
        )
    if queue is not None and queue != plan.task_queue:
        raise InputError(
            f"plan: task_queue = {plan.task_queue!r}: the Deployment {deployment} polls {queue!r}; write that"
        )


@contextlib.asynccontextmanager
async def open_target(api: Api, place: Place, plan: Plan) -> AsyncIterator[KubernetesTarget]:
    """
    Take a Deployment over for a sweep, and give it back with the replica count that it had.

    Raises:
        InputError: It cannot be taken.
        TargetError: The cluster does not answer or does not allow it.
    """
    target = await asyncio.to_thread(KubernetesTarget, api, place, plan)
    await asyncio.to_thread(target.keep_original)
    sampling = asyncio.create_task(target.sample_usage())
    try:
        yield target
    finally:
        sampling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sampling
        # Shielded: a second signal must not leave the Deployment as the last step had it.
        await asyncio.shield(asyncio.to_thread(target.restore))
