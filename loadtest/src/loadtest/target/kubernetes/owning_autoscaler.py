"""
Which autoscaler owns a replica count, KEDA's ScaledObject or a HorizontalPodAutoscaler, and which one the size of the pods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, forbidden, missing

# KEDA's own way to leave a count alone for a while; with the second it keeps one of its own.
_PAUSED, _PAUSED_AT = "autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-replicas"
_SCALED_OBJECT = "ScaledObject"


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """
    An autoscaler by kind and name.
    """

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def pausing(self) -> str:
        """
        How it is told to leave the count alone for a while, as a part of a list; empty where there is no way.
        """
        if self.kind != _SCALED_OBJECT:
            return ""
        return f", pause it (`kubectl -n {self.namespace} annotate scaledobject {self.name} {_PAUSED}=true`)"


def autoscaler_of(api: Api, namespace: str, kind: str, name: str) -> Autoscaler | None:
    """
    Return the autoscaler that owns the count of an object, or ``None``; a ScaledObject that is paused owns nothing.

    Args:
        api: The cluster.
        namespace: Namespace of the object.
        kind: Kind of the object, such as ``Deployment``.
        name: Name of the object.
    """
    for scaled in _custom_objects(api, namespace, "keda.sh", "v1alpha1", "scaledobjects"):
        if _targets(scaled.get("spec", {}).get("scaleTargetRef", {}), kind, name) and not _is_paused(scaled):
            return Autoscaler(_SCALED_OBJECT, namespace, scaled["metadata"]["name"])
    with asked(f"list horizontalpodautoscalers in {namespace}"):
        found = api.autoscaling.list_namespaced_horizontal_pod_autoscaler(
            namespace, _request_timeout=REQUEST_SECONDS
        )
    for one in found.items:
        reference = one.spec.scale_target_ref
        if _targets({"kind": reference.kind, "name": reference.name}, kind, name):
            # KEDA makes one for each ScaledObject, which who may not look at those sees.
            for owner in one.metadata.owner_references or []:
                if owner.kind == _SCALED_OBJECT:
                    return Autoscaler(_SCALED_OBJECT, namespace, owner.name)
            return Autoscaler("HorizontalPodAutoscaler", namespace, one.metadata.name)
    return None


def demand_no_other_size(api: Api, namespace: str, name: str, where: str) -> None:
    """
    Refuse pods that a VerticalPodAutoscaler makes anew, or makes of another size than the ones before.

    Args:
        api: The cluster.
        namespace: Of the Deployment.
        name: Of the Deployment.
        where: How the Deployment was given.

    Raises:
        InputError: There is one that is not off; names it.
    """
    for one in _custom_objects(api, namespace, "autoscaling.k8s.io", "v1", "verticalpodautoscalers"):
        spec = one.get("spec") or {}
        mode = (spec.get("updatePolicy") or {}).get("updateMode", "Auto")
        if mode != "Off" and _targets(spec.get("targetRef") or {}, "Deployment", name):
            own = one["metadata"]["name"]
            raise InputError(
                f"{where}: VerticalPodAutoscaler {own} (updateMode {mode}) changes what its pods ask for, so that steps "
                "would not be of the same workers; switch it off meanwhile (`kubectl -n "
                f"{namespace} patch verticalpodautoscaler {own} --type merge --patch "
                """'{"spec": {"updatePolicy": {"updateMode": "Off"}}}'`), or name another Deployment"""
            )


def _is_paused(scaled: Mapping[str, Any]) -> bool:
    annotations = scaled["metadata"].get("annotations") or {}
    # As KEDA reads it: what is no truth value says yes.
    return (
        annotations.get(_PAUSED, "false").lower() not in ("false", "f", "0") and _PAUSED_AT not in annotations
    )


def _custom_objects(api: Api, namespace: str, group: str, version: str, plural: str) -> list[dict[str, Any]]:
    try:
        with asked(f"list {plural} in {namespace}"):
            found = api.custom.list_namespaced_custom_object(
                group, version, namespace, plural, _request_timeout=REQUEST_SECONDS
            )
    except TargetError as error:
        if missing(error) or forbidden(error):
            # The cluster does not know the kind, or its right was not granted, as by who does not hold it.
            return []
        raise
    return list(found["items"])


def _targets(reference: Mapping[str, str], kind: str, name: str) -> bool:
    return reference.get("kind", "Deployment") == kind and reference.get("name") == name
