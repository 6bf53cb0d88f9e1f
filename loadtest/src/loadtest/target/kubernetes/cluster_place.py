"""
Where the parts of a sweep are in a cluster, and of which kind its workers are.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.deployment import Deployment
from loadtest.target.kubernetes.replica_count import Scalable
from loadtest.target.kubernetes.worker_deployment_resource import KIND, WorkerDeployment


@dataclass(frozen=True, slots=True)
class ClusterPlace:
    """
    Where the parts of a sweep are in a cluster.

    Attributes:
        namespace: Namespace of the workers.
        workers: Name of their Deployment, or ``workerdeployment/NAME``.
        metrics_port: Number or name of the port of the workers' pages; ``None`` finds it from the pods.
        server_metrics: URLs of the server's pages; a host with several addresses gives several pages.
        server_namespace: Kubernetes namespace of the server's pods, for their CPU.
        ready_seconds: How long pods may take to become ready.
    """

    namespace: str
    workers: str
    metrics_port: str | None = None
    server_metrics: tuple[str, ...] = ()
    server_namespace: str | None = None
    ready_seconds: float = 180.0

    @property
    def name(self) -> str:
        """
        Name of the workers without their kind.
        """
        return self.workers.rpartition("/")[2]

    def of(self, api: Api) -> Scalable:
        """
        Return the object that has the workers' replica count.

        Raises:
            InputError: A sweep cannot scale that kind of object.
        """
        kind, slash, name = self.workers.rpartition("/")
        if not slash or kind.lower() == "deployment":
            return Deployment(api, self.namespace, name)
        if kind.lower() == KIND:
            return WorkerDeployment(api, self.namespace, name)
        raise InputError(
            f"--deployment {self.namespace}/{self.workers}: a sweep cannot scale a {kind}; "
            f"write NAMESPACE/NAME of a Deployment, or NAMESPACE/{KIND}/NAME"
        )
