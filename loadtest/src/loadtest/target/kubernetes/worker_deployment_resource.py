"""
A WorkerDeployment of Temporal's worker controller, scaled by its own field ``spec.replicas``.

Its controller makes a Deployment for each version; a sweep measures while one version is current and no other is being
rolled out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, found_or_none
from loadtest.target.kubernetes.owning_autoscaler import autoscaler_of, demand_no_other_size
from loadtest.target.kubernetes.pods import Pods
from loadtest.target.kubernetes.replica_count import Fleet

KIND = "workerdeployment"
_GROUP, _VERSION, _PLURAL = "temporal.io", "v1alpha1", "workerdeployments"
_NAME_LABEL, _BUILD_LABEL = "temporal.io/deployment-name", "temporal.io/build-id"


@dataclass(frozen=True, slots=True)
class WorkerDeployment:
    """
    A WorkerDeployment by name.

    Attributes:
        api: The cluster.
        namespace, name: Namespace and name of the WorkerDeployment.
    """

    api: Api
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{KIND}/{self.name}"

    def look(self) -> Fleet:
        """
        Return the selector of the pods that receive orders, or would begin to, and the annotations.

        Raises:
            InputError: There is no WorkerDeployment of this name, something else owns its count, or a version is being
                rolled out.
            TargetError: The WorkerDeployment cannot be read.
        """
        found = self._read()
        where = f"--deployment {self}"
        if found.get("spec", {}).get("replicas") is None:
            raise InputError(
                f"{where}: it has no spec.replicas, so each version is scaled by itself, by an autoscaler or not at all; "
                "delete a WorkerResourceTemplate with an autoscaler and set it: `helm upgrade --reset-then-reuse-values --set replicas=1`"
            )
        status = found.get("status") or {}
        version = status.get("currentVersion") or {}
        made = (version.get("deployment") or {}).get("name")
        scaler = autoscaler_of(self.api, self.namespace, "WorkerDeployment", self.name)
        if scaler is None and made is not None:
            scaler = autoscaler_of(self.api, self.namespace, "Deployment", made)
        if scaler is not None:
            raise InputError(
                f"{where}: {scaler} owns its replica count and would undo every step; take it away first, "
                "or the WorkerResourceTemplate that makes one for each version"
            )
        if made is not None:
            demand_no_other_size(self.api, self.namespace, made, where)
        current = version.get("buildID")
        target = (status.get("targetVersion") or {}).get("buildID")
        if current is None:
            raise InputError(
                f"{where}: no version of it is current yet; wait until `kubectl get {KIND}` shows one"
            )
        if target not in (None, current):
            raise InputError(
                f"{where}: version {target} is being rolled out beside {current}, and two versions share the orders; "
                "wait until one is current"
            )
        selector = f"{_NAME_LABEL}={_as_label(self.name)}"
        # Not only the current version: pods of another version that begins to receive orders are seen as more replicas,
        # and make the step invalid.
        if old := sorted(one["buildID"] for one in status.get("deprecatedVersions") or []):
            selector += f",{_BUILD_LABEL} notin ({', '.join(old)})"
        return Fleet(selector, dict(found["metadata"].get("annotations") or {}))

    def replicas(self) -> int:
        """
        Return the wanted count.
        """
        return int(self._read()["spec"].get("replicas") or 0)

    def scale(self, replicas: int) -> None:
        """
        Ask for a count; the controller applies it to the current version's Deployment.
        """
        with asked(f"patch {_PLURAL} {self.namespace}/{self.name}"):
            self.api.custom.patch_namespaced_custom_object(
                _GROUP,
                _VERSION,
                self.namespace,
                _PLURAL,
                self.name,
                {"spec": {"replicas": replicas}},
                _request_timeout=REQUEST_SECONDS,
                field_manager="loadtest",
            )

    def refusal_look(self, pods: Pods) -> Callable[[], str]:
        """
        Return what tells why pods of a version have been refused since now; empty where they have not.

        A sweep may not read the Deployments of the versions, so events tell it, and older ones stay for an hour.
        """
        try:
            return partial(pods.refusal, self.name, after=pods.last_refusal_at(self.name))
        except TargetError:
            # Without a look at the older ones nobody can tell which are new; at the end of the wait all are told.
            return str

    def _read(self) -> dict[str, Any]:
        read = self.api.custom.get_namespaced_custom_object
        where = (_GROUP, _VERSION, self.namespace, _PLURAL, self.name)
        found: dict[str, Any] | None = found_or_none(f"{_PLURAL} {self.namespace}/{self.name}", read, *where)
        if found is None:
            raise InputError(
                f"--deployment {self}: there is no such WorkerDeployment; "
                "`kubectl get workerdeployments --all-namespaces` lists them"
            )
        return found


def _as_label(name: str) -> str:
    """
    Write a name as the controller writes it in the label of its pods: with dots replaced.
    """
    return re.sub("[^a-zA-Z0-9-]+", "-", name).lower()[:63]
