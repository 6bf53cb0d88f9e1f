"""
Opens the cluster as a sweep's target from inside the cluster.

It connects target and injectors, and decides nothing of what is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from loadtest.cli.cluster_flags import ClusterFlags, demand_cluster
from loadtest.plan import Plan
from loadtest.target.kubernetes.api import open_api
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.cluster_target_opening import open_target
from loadtest.target.kubernetes.in_cluster import own_namespace
from loadtest.target.kubernetes.injectors import InjectorJob, open_injectors
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget
from loadtest.target.kubernetes.lease import Lease, lease_of
from loadtest.target.kubernetes.own_pod import own_pod
from loadtest.target.kubernetes.user_files import user_files_mounted


@contextlib.asynccontextmanager
async def open_cluster(flags: ClusterFlags, plan: Plan, address: str) -> AsyncIterator[KubernetesTarget]:
    """
    Take the workers over and make the injectors; give both back at the end.

    Args:
        flags: Where workers and injectors are in the cluster.
        plan: Plan of the run.
        address: Address of the Temporal server, for the injectors.

    Raises:
        InputError: This process does not run in a pod of a cluster, or the workers cannot be taken.
        TargetError: The cluster does not answer or does not allow it.
    """
    deployment, injector_job = demand_cluster(flags)
    api = open_api()
    pod = await asyncio.to_thread(own_pod, api)
    namespace, workers = _split(deployment)
    urls = tuple(filter(None, (flags.server_metrics or "").split(",")))
    place = ClusterPlace(
        namespace,
        workers,
        metrics_port=flags.worker_metrics_port,
        server_metrics=urls,
        server_namespace=flags.server_namespace,
        ready_seconds=plan.waits.workers_ready_seconds,
    )
    template = _split(injector_job)
    injectors = InjectorJob(api, *template, gone_seconds=plan.waits.injectors_ready_seconds)
    # One sweep at a time scales the workers, and a release has only one Service for its master.
    guards = [
        Lease(api, guarded[0], lease_of(*guarded), pod.holder) for guarded in ((namespace, workers), template)
    ]
    # Injectors connect to the server of the plan, whatever server the release was installed for.
    environment = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": plan.namespace}
    async with (
        open_target(api, place, plan, guards) as target,
        open_injectors(
            injectors, plan.injectors, environment, pod, user_files_mounted(pod.spec, plan.scenario)
        ),
    ):
        yield target


def _split(text: str) -> tuple[str, str]:
    namespace, slash, name = text.partition("/")
    return (namespace, name) if slash else (own_namespace(), text)
