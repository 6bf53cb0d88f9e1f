"""
Where in a cluster a sweep's parts are, and of what kind its workers are.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.errors import InputError
from loadtest.target.kubernetes.api import Api
from loadtest.target.kubernetes.deployment import Deployment
from loadtest.target.kubernetes.scaled_pods import Scalable
from loadtest.target.kubernetes.worker_deployment_resource import KIND, WorkerDeployment


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in the cluster things are.

    Attributes:
        namespace: Of the workers.
        workers: Name of their Deployment, or ``workerdeployment/NAME``.
        metrics_port: Number or name of the port of their pages; ``None`` finds it by the pods.
        server_metrics: URLs of the server's pages; a host with several addresses is several pages.
        server_namespace: Kubernetes namespace of the server's pods, for their CPU.
        ready_seconds: How long pods may take to be ready.
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
        The workers' name without their kind.
        """
        return self.workers.rpartition("/")[2]

    def of(self, api: Api) -> Scalable:
        """
        Return what has the workers' replica count.

        Raises:
            InputError: It is of a kind that a sweep cannot scale.
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
