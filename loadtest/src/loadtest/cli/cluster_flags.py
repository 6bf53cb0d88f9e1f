"""
Where things are in a cluster, as the flags say it, for a sweep inside it; from outside it says which command to use instead.

It needs no client of Kubernetes, which takes a third of a second to import: `open_cluster` has it.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.target.kubernetes.in_cluster import in_cluster, in_pod

# Injectors know the master by its Service, which names this port.
MASTER_PORT = 5557
# Of IPv4 and of IPv6, whichever injectors have from their cluster.
MASTER_HOST = "*"


def pod_host() -> str:
    """
    Return the address at which a page of this pod is served: of IPv4 and of IPv6 where the kernel has both.
    """
    return "::" if socket.has_dualstack_ipv6() else "0.0.0.0"


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
    if in_cluster():
        return
    if not in_pod():
        raise InputError(
            "--target kubernetes: this is no pod of a cluster, and a sweep from outside would measure the way in; "
            "use `loadtest submit`"
        )
    raise InputError(
        "--target kubernetes: this pod has no token of its ServiceAccount, by which a sweep scales; where a policy of the "
        "cluster sets automountServiceAccountToken to false, let it except this pod"
    )
