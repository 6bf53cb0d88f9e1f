"""
Opens the cluster as a sweep's target, from inside it; outside it says what to write instead.

It wires target and injectors, and decides nothing of what is measured.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.target.kubernetes.api import in_cluster, open_api, own_namespace
from loadtest.target.kubernetes.injectors import open_injectors
from loadtest.target.kubernetes.target import KubernetesTarget, Place, open_target

# Injectors know the master by its Service, which names this port.
MASTER_PORT = 5557


@dataclass(frozen=True, slots=True)
class ClusterFlags:
    """
    Where in the cluster things are, as flags gave it.

    Attributes:
        deployment: The workers', ``NAMESPACE/NAME`` or a name in the pod's own namespace.
        injector_deployment: The injectors', likewise.
        server_metrics: URLs of the server's pages, with commas between.
        server_namespace: Kubernetes namespace of the server's pods.
    """

    deployment: str | None
    injector_deployment: str | None
    server_metrics: str | None
    server_namespace: str | None


def demand_cluster(flags: ClusterFlags) -> tuple[str, str]:
    """
    Return the two Deployments, if this process is where a sweep of a cluster can run.

    Raises:
        InputError: It is not, or the flags do not name them.
    """
    if not in_cluster():
        raise InputError(
            "--target kubernetes: this is no pod of a cluster, and a sweep from outside would measure the way in; "
            "use `loadtest submit`"
        )
    if flags.deployment is None or flags.injector_deployment is None:
        raise InputError(
            "--target kubernetes needs --deployment and --injector-deployment, each NAMESPACE/NAME; "
            "charts/loadtest gives both"
        )
    return flags.deployment, flags.injector_deployment


@contextlib.asynccontextmanager
async def open_cluster(flags: ClusterFlags, plan: Plan) -> AsyncIterator[KubernetesTarget]:
    """
    Take the workers' Deployment over and bring the injectors up; both are given back in the end.

    Raises:
        InputError: This is no pod of a cluster, or the Deployments cannot be taken.
        TargetError: The cluster does not answer or does not allow it.
    """
    deployment, injector_deployment = demand_cluster(flags)
    api = open_api()
    namespace, name = _split(deployment)
    urls = tuple(filter(None, (flags.server_metrics or "").split(",")))
    place = Place(namespace, name, urls, flags.server_namespace)
    async with (
        open_target(api, place, plan) as target,
        open_injectors(api, *_split(injector_deployment), plan.injectors),
    ):
        yield target


def server_address(given: str | None) -> str:
    """
    Return where the server is: as given, or as the environment says.

    Raises:
        InputError: Neither does.
    """
    address = given or os.environ.get("TEMPORAL_ADDRESS")
    if not address:
        raise InputError("--target kubernetes: no server is named; set TEMPORAL_ADDRESS or give --address")
    return address


def _split(text: str) -> tuple[str, str]:
    namespace, slash, name = text.partition("/")
    return (namespace, name) if slash else (own_namespace(), text)
