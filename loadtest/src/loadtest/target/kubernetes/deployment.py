"""
One Deployment: its replica count, who owns the count, and what it was before we changed it.

It scales through the scale subresource and knows nothing of pods or loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, missing

# Written before the first change of the count, and removed with the count's restoration.
ORIGINAL_REPLICAS = "temporal-kit/original-replicas"
ACTIVITY_SLOTS = "temporal-kit/activity-slots"
TASK_QUEUE = "temporal-kit/task-queue"


@dataclass(frozen=True, slots=True)
class Deployment:
    """
    A Deployment by name.

    Attributes:
        api: The cluster.
        namespace, name: Which.
    """

    api: Api
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    def read(self) -> Any:
        """
        Return the Deployment as it is.

        Raises:
            InputError: There is none of this name.
            TargetError: It cannot be read.
        """
        try:
            with asked(f"get deployments {self}"):
                return self.api.apps.read_namespaced_deployment(
                    self.name, self.namespace, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if missing(error):
                raise InputError(
                    f"--deployment {self}: there is no such Deployment; `kubectl get deployments --all-namespaces` lists them"
                ) from None
            raise

    def annotations(self) -> Mapping[str, str]:
        """
        Return the Deployment's annotations.
        """
        return dict(self.read().metadata.annotations or {})

    def replicas(self) -> int:
        """
        Return the wanted count.
        """
        with asked(f"get deployments/scale {self}"):
            scale = self.api.apps.read_namespaced_deployment_scale(
                self.name, self.namespace, _request_timeout=REQUEST_SECONDS
            )
        # An absent count is zero on the wire.
        return int(scale.spec.replicas or 0)

    def labels(self) -> Mapping[str, str]:
        """
        Return the labels of the Deployment's pods, as its scale names them.
        """
        with asked(f"get deployments/scale {self}"):
            scale = self.api.apps.read_namespaced_deployment_scale(
                self.name, self.namespace, _request_timeout=REQUEST_SECONDS
            )
        pairs = (pair.partition("=") for pair in scale.status.selector.split(","))
        return {key: value for key, _, value in pairs}

    def scale(self, replicas: int) -> None:
        """
        Ask for a count; nothing is waited for.
        """
        with asked(f"patch deployments/scale {self}"):
            self.api.apps.patch_namespaced_deployment_scale(
                self.name,
                self.namespace,
                {"spec": {"replicas": replicas}},
                _request_timeout=REQUEST_SECONDS,
                field_manager="loadtest",
            )

    def annotate(self, key: str, value: str | None) -> None:
        """
        Set an annotation, or take it away with ``None``.
        """
        with asked(f"patch deployments {self}"):
            self.api.apps.patch_namespaced_deployment(
                self.name,
                self.namespace,
                {"metadata": {"annotations": {key: value}}},
                _request_timeout=REQUEST_SECONDS,
                field_manager="loadtest",
            )

    def keep_original(self) -> int:
        """
        Note the present count in an annotation, unless an earlier run left one there that was never restored.

        Returns:
            The count to restore.
        """
        kept = self.annotations().get(ORIGINAL_REPLICAS)
        if kept is not None and kept.isdigit():
            return int(kept)
        count = self.replicas()
        self.annotate(ORIGINAL_REPLICAS, str(count))
        return count

    def restore_original(self) -> int | None:
        """
        Bring the noted count back and forget it.

        Returns:
            The count restored, or ``None`` where none was noted.
        """
        kept = self.annotations().get(ORIGINAL_REPLICAS)
        if kept is None or not kept.isdigit():
            return None
        self.scale(int(kept))
        # Last, so that a failure in between leaves the note for the next run.
        self.annotate(ORIGINAL_REPLICAS, None)
        return int(kept)

    def demand_no_autoscaler(self) -> None:
        """
        Refuse a Deployment whose count an autoscaler owns.

        Raises:
            InputError: One does; names it.
        """
        owner = self.autoscaler()
        if owner is not None:
            raise InputError(
                f"--deployment {self}: {owner} owns its replica count and would undo every step; "
                "take the autoscaler away first (`make deploy AUTOSCALE=none`) or name another Deployment"
            )

    def autoscaler(self) -> str | None:
        """
        Return the autoscaler that owns the count, in words, or ``None``.
        """
        for scaled in self._scaled_objects():
            if _targets(scaled.get("spec", {}).get("scaleTargetRef", {}), self.name):
                return f"ScaledObject {scaled['metadata']['name']}"
        with asked(f"list horizontalpodautoscalers in {self.namespace}"):
            found = self.api.autoscaling.list_namespaced_horizontal_pod_autoscaler(
                self.namespace, _request_timeout=REQUEST_SECONDS
            )
        for one in found.items:
            reference = one.spec.scale_target_ref
            if _targets({"kind": reference.kind, "name": reference.name}, self.name):
                return f"HorizontalPodAutoscaler {one.metadata.name}"
        return None

    def _scaled_objects(self) -> list[dict[str, Any]]:
        try:
            with asked(f"list scaledobjects in {self.namespace}"):
                found = self.api.custom.list_namespaced_custom_object(
                    "keda.sh", "v1alpha1", self.namespace, "scaledobjects", _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if missing(error):
                # A cluster without KEDA does not know the kind.
                return []
            raise
        return list(found["items"])


def _targets(reference: Mapping[str, str], name: str) -> bool:
    return reference.get("kind", "Deployment") == "Deployment" and reference.get("name") == name
