"""
The pod that this process runs in, which is the sweep's pod: it holds the Leases and owns what the sweep makes.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked
from loadtest.target.kubernetes.in_cluster import own_namespace
from loadtest.target.kubernetes.lease import Holder


@dataclass(frozen=True, slots=True)
class OwnPod:
    """
    A sweep's pod.

    Attributes:
        namespace: Namespace of the load test.
        name, uid: Name and UID of the pod.
        spec: Spec of the pod, as JSON.
    """

    namespace: str
    name: str
    uid: str
    spec: Mapping[str, Any]

    @property
    def holder(self) -> Holder:
        """
        The pod as the holder of Leases.
        """
        return Holder(self.namespace, self.name, self.uid)

    @property
    def reference(self) -> dict[str, Any]:
        """
        The pod as the owner of what it makes.

        The owner is the pod and not its Job: if the Job is deleted, what it owns would go while the pod still drains.
        """
        return {"apiVersion": "v1", "kind": "Pod", "name": self.name, "uid": self.uid}


def own_pod(api: Api) -> OwnPod:
    """
    Return the pod that this process runs in; its host name is the pod's name.

    Raises:
        TargetError: The pod cannot be read.
    """
    namespace, name = own_namespace(), socket.gethostname()
    with asked(f"get pods {namespace}/{name}"):
        found = api.core.read_namespaced_pod(name, namespace, _request_timeout=REQUEST_SECONDS)
    spec = api.core.api_client.sanitize_for_serialization(found.spec)
    return OwnPod(namespace, name, found.metadata.uid, spec)
