"""
Which autoscaler owns a replica count: KEDA's ScaledObject or a HorizontalPodAutoscaler.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, missing


def autoscaler_of(api: Api, namespace: str, kind: str, name: str) -> str | None:
    """
    Return the autoscaler that owns the count of an object, in words, or ``None``.

    Args:
        api: The cluster.
        namespace: Namespace of the object.
        kind: Kind of the object, such as ``Deployment``.
        name: Name of the object.
    """
    for scaled in _scaled_objects(api, namespace):
        if _targets(scaled.get("spec", {}).get("scaleTargetRef", {}), kind, name):
            return f"ScaledObject {scaled['metadata']['name']}"
    with asked(f"list horizontalpodautoscalers in {namespace}"):
        found = api.autoscaling.list_namespaced_horizontal_pod_autoscaler(
            namespace, _request_timeout=REQUEST_SECONDS
        )
    for one in found.items:
        reference = one.spec.scale_target_ref
        if _targets({"kind": reference.kind, "name": reference.name}, kind, name):
            return f"HorizontalPodAutoscaler {one.metadata.name}"
    return None


def _scaled_objects(api: Api, namespace: str) -> list[dict[str, Any]]:
    try:
        with asked(f"list scaledobjects in {namespace}"):
            found = api.custom.list_namespaced_custom_object(
                "keda.sh", "v1alpha1", namespace, "scaledobjects", _request_timeout=REQUEST_SECONDS
            )
    except TargetError as error:
        if missing(error):
            # A cluster without KEDA does not know the kind.
            return []
        raise
    return list(found["items"])


def _targets(reference: Mapping[str, str], kind: str, name: str) -> bool:
    return reference.get("kind", "Deployment") == kind and reference.get("name") == name
