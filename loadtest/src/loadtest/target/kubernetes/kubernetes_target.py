"""
The pods of one Deployment as a sweep's target.

It scales and lists; it never reads a page and never asks Temporal.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.target.kubernetes.absent_pods import PodRefusals, RefusedPodsError, told_late, with_mend
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.held_leases import Hold
from loadtest.target.kubernetes.main_container import has_died, is_over, replicas_of
from loadtest.target.kubernetes.pods import Pods, is_leaving, is_ready, versions
from loadtest.target.kubernetes.refusal_patience import RefusalPatience
from loadtest.target.kubernetes.replica_count import Fleet, WantedCount
from loadtest.target.kubernetes.server_pods import SAMPLE_SECONDS, Usage, server_pages, server_starts
from loadtest.target.worker_setup_labels import ACTIVITY_SLOTS, TASK_QUEUE

# Longest time that an edge of a window waits for the list of pods.
_SOON_SECONDS = 5.0
CHARTS_SET_UP = (
    "workers and server of a cluster are set up by their charts, so a run there varies keys of [work] alone; leave the "
    "others out"
)
_FROM_THE_PAGES = "in a cluster the CPU of workers is read from their pages"


class KubernetesTarget:
    """
    Worker pods in a cluster.

    Attributes:
        heals: Always true; the Deployment replaces a pod that ends.
        own: Whether the workers are those of the kit's chart, whose slots and pages are known.
        count: Replica count of the workers.
    """

    def __init__(self, api: Api, place: ClusterPlace, plan: Plan) -> None:
        """
        Args:
            api: The cluster.
            place: Where the parts of the sweep are.
            plan: Plan of the run.

        Raises:
            InputError: There are no such workers, something else owns their count, or their settings differ from the
                plan.
        """
        self.heals = True
        self._api = api
        self._place = place
        self._workers = place.of(api)
        self.count = WantedCount(self._workers, api.pause_seconds)
        self._plan = plan
        fleet = self._look()
        self._pods = self._pods_of(fleet)
        self.own = ACTIVITY_SLOTS in fleet.annotations
        self._usage = Usage(
            api, place.server_namespace, min(load.longest_window_seconds for load in plan.loads)
        )
        self._expected: tuple[Replica, ...] = ()
        self._setup = (plan.worker, plan.server, plan.codec)
        self._seen: tuple[Replica, ...] = ()
        self.hold = Hold()
        self._patience = RefusalPatience()

    def _look(self) -> Fleet:
        fleet = self._workers.look()
        _demand_as_planned(str(self._workers), fleet.annotations, self._plan)
        return fleet

    def _pods_of(self, fleet: Fleet) -> Pods:
        return Pods(self._api, self._place.namespace, fleet.selector, fleet.deployment)

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Accept the settings with which the Deployment runs; this target never restarts anything.

        Raises:
            InputError: The plan varies a setting of the workers or of the server.
        """
        asked = (plan.worker, plan.server, plan.codec)
        if asked != self._setup:
            raise InputError(f"factors: {CHARTS_SET_UP}")
        return ()

    async def server_pages(self) -> Mapping[str, str]:
        """
        The server's /metrics pages by name; empty where there are none.
        """
        return await asyncio.to_thread(server_pages, self._place.server_metrics)

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Scale the workers and wait until exactly that many pods are ready and no other is left.

        A cluster that does not answer for a while is asked again until the time has passed.

        Raises:
            InputError: Something else owns the count by now, or a version is being rolled out; nothing was scaled.
            WorkerDiedError: A container ended at its start; the text ends with events and log lines.
            RefusedPodsError: The API server goes on refusing pods, such as for a quota.
            TargetError: The pods are not ready in time, or another sweep has taken the workers.
        """
        self._expected = self._seen = ()
        deadline = time.monotonic() + self._place.ready_seconds
        refusals: PodRefusals | None = None
        while True:
            self.hold.demand()
            late = time.monotonic() > deadline
            try:
                if refusals is None:
                    # In the meantime an autoscaler may have been added, or another version may have become current.
                    fleet = await asyncio.to_thread(self._look)
                    self._pods = self._pods_of(fleet)
                    look = await asyncio.to_thread(self._workers.refusal_look, self._pods)
                    await asyncio.to_thread(self.count.ask, replicas)
                    refusals = PodRefusals(look)
                ready = await asyncio.to_thread(self._ready, replicas, refusals, late)
            except TargetError as error:
                final = isinstance(error, (WorkerDiedError, RefusedPodsError))
                if late or final or not self._patience.bears(error):
                    raise
            else:
                if ready is not None:
                    self._expected = self._seen = ready
                    return ready
            await asyncio.sleep(self._api.pause_seconds)

    def _ready(self, replicas: int, refusals: PodRefusals, late: bool) -> tuple[Replica, ...] | None:
        listed = [pod for pod in self._pods.listed() if not is_over(pod)]
        pods = [pod for pod in listed if not is_leaving(pod)]
        leaving = [pod for pod in listed if is_leaving(pod)]
        if len(pods) == replicas and all(map(is_ready, pods)) and not leaving and len(versions(pods)) == 1:
            return self._replicas(pods)
        died = [pod for pod in pods if has_died(pod) and not is_ready(pod)]
        if died:
            raise WorkerDiedError(
                f"a worker of {self._workers} ended before it was ready:\n{self._pods.story(died)}"
            )
        refused = refusals.last(lacking=len(pods) < replicas, leaving=bool(leaving))
        if refused:
            told = f"{sum(map(is_ready, pods))} of {counted(replicas, 'pod')} {plural(replicas, 'is', 'are')} ready"
            raise RefusedPodsError(f"{self._workers}: {told}; {with_mend(refused, self._place.namespace)}")
        if late:
            wanted = self.count.read()
            raise TargetError(
                f"{self._workers}: {told_late(self._pods, pods, leaving, self._place, replicas, wanted)}"
            )
        return None

    def _replicas(self, pods: Sequence[Any]) -> tuple[Replica, ...]:
        return replicas_of(pods, self._place.metrics_port)

    async def _asked_soon(self) -> list[Any] | None:
        """
        Return the present pods, or ``None`` where the cluster does not answer soon.
        """
        self.hold.demand()
        try:
            async with asyncio.timeout(_SOON_SECONDS):
                return await asyncio.to_thread(self._pods.all)
        except TimeoutError:
            return None
        except TargetError as error:
            if not self._patience.bears(error):
                raise
            return None

    async def alive(self) -> Sequence[Replica]:
        """
        The pods that are ready now; the API is asked directly, as a list kept in the background would be too old.

        Where the cluster does not answer, the pods that were seen last are returned: one that has ended meanwhile has
        another start time at the next look, and its page does not answer.

        Raises:
            TargetError: The cluster refused, or another sweep has taken the workers.
        """
        pods = await self._asked_soon()
        if pods is not None:
            self._seen = self._replicas([pod for pod in pods if is_ready(pod)])
        return self._seen

    async def check_alive(self) -> None:
        """
        Check that every pod that ``scale`` returned still runs; a cluster that does not answer only skips this check.

        Raises:
            WorkerDiedError: A pod ended or is gone; the text ends with events and log lines.
        """
        listed = await self._asked_soon()
        if listed is None:
            return
        pods = {pod.metadata.name: pod for pod in listed}
        for wanted in self._expected:
            pod = pods.get(wanted.identity)
            if pod is None:
                events = await asyncio.to_thread(self._pods.events, wanted.identity)
                raise WorkerDiedError(
                    "; ".join([f"pod {wanted.identity} of {self._workers} is gone", *events])
                )
            (now,) = self._replicas([pod])
            if is_over(pod) or (has_died(pod) and (not is_ready(pod) or now != wanted)):
                story = await asyncio.to_thread(self._pods.story, [pod])
                raise WorkerDiedError(f"pod {wanted.identity} ended:\n{story}")

    async def server_starts(self) -> Mapping[str, float]:
        """
        Unix time at which each container of the server's Kubernetes namespace was started; empty where that is not
        known.
        """
        return await asyncio.to_thread(server_starts, self._api, self._place.server_namespace)

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU of the server's pods where metrics.k8s.io tells it; the workers' CPU is on their pages.
        """
        return {"worker": ProcessUse(None, None, _FROM_THE_PAGES), "server": self._usage.use()}

    async def machine_times(self) -> None:
        """
        Not known: a cluster is more than one machine.
        """

    async def sample_usage(self) -> None:
        """
        Ask metrics.k8s.io every few seconds until cancelled or until it has no answer.
        """
        while self._usage.asks:
            await asyncio.to_thread(self._usage.sample)
            await asyncio.sleep(SAMPLE_SECONDS)


def _demand_as_planned(workers: str, annotations: Mapping[str, str], plan: Plan) -> None:
    slots, queue = annotations.get(ACTIVITY_SLOTS), annotations.get(TASK_QUEUE)
    asked = plan.worker.activity_slots
    if asked is not None and slots is not None and slots != str(asked):
        raise InputError(
            f"plan: worker.activity_slots = {plan.worker.activity_slots}: the Deployment {workers} has {slots}; "
            f"write {slots}, or `helm upgrade --reset-then-reuse-values --set settings.activitySlots={plan.worker.activity_slots}`"
        )
    if queue is not None and queue != plan.task_queue:
        raise InputError(
            f"plan: task_queue = {plan.task_queue!r}: the Deployment {workers} polls {queue!r}; write that"
        )
