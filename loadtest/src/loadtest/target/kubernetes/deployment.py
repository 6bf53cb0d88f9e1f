"""
One Deployment: its replica count, and what else owns the count.

It scales through the scale subresource alone, so it needs no permission to change the Deployment itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, found_or_none
from loadtest.target.kubernetes.owning_autoscaler import autoscaler_of, demand_no_other_size
from loadtest.target.kubernetes.pods import Pods
from loadtest.target.kubernetes.replica_count import Fleet


@dataclass(frozen=True, slots=True)
class Deployment:
    """
    A Deployment by name.

    Attributes:
        api: The cluster.
        namespace, name: Namespace and name of the Deployment.
    """

    api: Api
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def look(self) -> Fleet:
        """
        Return the selector of the Deployment's pods, and its annotations.

        Raises:
            InputError: There is no Deployment of this name, or something else owns its replica count; the error names
                the owner.
            TargetError: The Deployment cannot be read.
        """
        found = self._read()
        self._demand_no_owner(found)
        scaler = autoscaler_of(self.api, self.namespace, "Deployment", self.name)
        if scaler is not None:
            raise InputError(
                f"--deployment {self}: {scaler} owns its replica count and would undo every step; "
                f"take the autoscaler away first (`make deploy AUTOSCALE=none`){scaler.pausing}, or name another Deployment"
            )
        demand_no_other_size(self.api, self.namespace, self.name, f"--deployment {self}")
        selector = self.api.apps.api_client.sanitize_for_serialization(found.spec.selector)
        return Fleet(as_selector(selector), dict(found.metadata.annotations or {}), self.name)

    def replicas(self) -> int:
        """
        Return the wanted count.
        """
        with asked(f"get deployments/scale {self}"):
            scale = self.api.apps.read_namespaced_deployment_scale(
                self.name, self.namespace, _request_timeout=REQUEST_SECONDS
            )
        # The API leaves out a count that is zero.
        return int(scale.spec.replicas or 0)

    def scale(self, replicas: int) -> None:
        """
        Ask for a count; does not wait for the pods.
        """
        with asked(f"patch deployments/scale {self}"):
            self.api.apps.patch_namespaced_deployment_scale(
                self.name,
                self.namespace,
                {"spec": {"replicas": replicas}},
                _request_timeout=REQUEST_SECONDS,
                field_manager="loadtest",
            )

    def refusal_look(self, _pods: Pods) -> Callable[[], str]:
        """
        Return what tells why pods of the Deployment are refused at present; empty where they are not.
        """
        return self._refusal

    def _refusal(self) -> str:
        status = self._read().status
        for condition in (status and status.conditions) or []:
            if condition.type == "ReplicaFailure" and condition.status == "True":
                return f"Deployment {self.name} makes no more pods: {' '.join(condition.message.split())}"
        return ""

    def _read(self) -> Any:
        read = self.api.apps.read_namespaced_deployment
        found = found_or_none(f"deployments {self}", read, self.name, self.namespace)
        if found is None:
            raise InputError(
                f"--deployment {self}: there is no such Deployment; `kubectl get deployments --all-namespaces` lists them"
            )
        return found

    def _demand_no_owner(self, found: Any) -> None:
        for owner in found.metadata.owner_references or []:
            if owner.controller:
                hint = _HINTS.get(owner.kind, "take it out of that owner's hands or name another Deployment")
                raise InputError(
                    f"--deployment {self}: {owner.kind} {owner.name} owns it and would undo every step; "
                    + hint.format(namespace=self.namespace, owner=owner.name)
                )


_HINTS: Mapping[str, str] = {
    "WorkerDeployment": "give --deployment {namespace}/workerdeployment/{owner}, which is scaled by its own field",
}


def as_selector(selector: Mapping[str, Any]) -> str:
    """
    Write an object's selector, with expressions, as a query takes it.
    """
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for one in selector.get("matchExpressions") or []:
        key, values = one["key"], ", ".join(one.get("values") or [])
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[one["operator"]]
        )
    return ",".join(parts)
