"""
Opens the cluster as a sweep's target from inside the cluster; from outside it says which command to use instead.

It connects target and injectors, and decides nothing of what is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.target.kubernetes.api import in_cluster, open_api, own_namespace
from loadtest.target.kubernetes.injectors import InjectorJob, open_injectors
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget, open_target
from loadtest.target.kubernetes.lease import Lease, lease_of
from loadtest.target.kubernetes.own_code import code_of
from loadtest.target.kubernetes.own_pod import own_pod
from loadtest.target.kubernetes.place import Place

# Injectors know the master by its Service, which names this port.
MASTER_PORT = 5557


@dataclass(frozen=True, slots=True)
class ClusterFlags:
    """
    Where things are in the cluster, as the flags say it.

    Attributes:
        deployment: Object with the workers' count: ``NAMESPACE/NAME``, ``NAMESPACE/workerdeployment/NAME``, or a name
            in the pod's own namespace.
        injector_job: ConfigMap with the injectors' Job, ``NAMESPACE/NAME`` or a name in the pod's own namespace.
        server_metrics: URLs of the server's pages, with commas between.
        server_namespace: Kubernetes namespace of the server's pods.
        worker_metrics_port: Number or name of the port of the workers' pages.
    """

    deployment: str | None
    injector_job: str | None
    server_metrics: str | None
    server_namespace: str | None
    worker_metrics_port: str | None = None


def demand_cluster(flags: ClusterFlags) -> tuple[str, str]:
    """
    Return the workers and the injectors' template if this process runs where a sweep of a cluster can run.

    Raises:
        InputError: It does not, or the flags do not name them.
    """
    _demand_pod()
    if flags.deployment is None or flags.injector_job is None:
        raise InputError(
            "--target kubernetes needs --deployment and --injector-job, each NAMESPACE/NAME; "
            "charts/loadtest gives both"
        )
    return flags.deployment, flags.injector_job


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
    place = Place(
        namespace,
        workers,
        metrics_port=flags.worker_metrics_port,
        server_metrics=urls,
        server_namespace=flags.server_namespace,
        ready_seconds=plan.waits.workers_ready_seconds,
    )
    template = _split(injector_job)
    # One sweep at a time scales the workers, and a release has only one Service for its master.
    guards = [
        Lease(api, guarded[0], lease_of(*guarded), pod.holder) for guarded in ((namespace, workers), template)
    ]
    # Injectors connect to the server of the plan, whatever server the release was installed for.
    environment = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": plan.namespace}
    async with (
        open_target(api, place, plan, guards) as target,
        open_injectors(
            InjectorJob(api, *template), plan.injectors, environment, pod, code_of(pod.spec, plan.scenario)
        ),
    ):
        yield target


def server_address(given: str | None) -> str:
    """
    Return the server's address: as given, or as the environment says.

    Raises:
        InputError: Neither is there, or this process does not run in a pod of a cluster.
    """
    _demand_pod()
    address = given or os.environ.get("TEMPORAL_ADDRESS")
    if not address:
        raise InputError("--target kubernetes: no server is named; set TEMPORAL_ADDRESS or give --address")
    return address


def _demand_pod() -> None:
    if not in_cluster():
        raise InputError(
            "--target kubernetes: this is no pod of a cluster, and a sweep from outside would measure the way in; "
            "use `loadtest submit`"
        )


def _split(text: str) -> tuple[str, str]:
    namespace, slash, name = text.partition("/")
    return (namespace, name) if slash else (own_namespace(), text)
