"""
Objects whose pods an API server refuses, and what it says of them.
"""

from __future__ import annotations

from typing import Any

from fake_kubernetes_api import NAMESPACE

MEND = f"; ask for fewer or smaller pods, or have the quota raised: `kubectl -n {NAMESPACE} describe quota`"
QUOTA = 'pods "repair-worker-5d4f-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'


def deployment(name: str, refused: bool) -> dict[str, Any]:
    """
    A Deployment whose pods a quota refuses now, or does no more.
    """
    status = "True" if refused else "False"
    condition = {
        "type": "ReplicaFailure",
        "status": status,
        "reason": "FailedCreate",
        "message": QUOTA,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "generation": 1},
        "status": {"conditions": [condition]},
    }


def lacking(kind: str, name: str) -> dict[str, Any]:
    """
    A StatefulSet or a Job without its pod.
    """
    return {
        "apiVersion": "apps/v1" if kind == "StatefulSet" else "batch/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE, "uid": f"uid-{name}", "generation": 1},
        "spec": {"replicas": 1} if kind == "StatefulSet" else {},
        "status": {"replicas": 0} if kind == "StatefulSet" else {},
    }


def not_made(kind: str, name: str, at: str) -> dict[str, Any]:
    """
    The event of what could not make a pod.
    """
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.1", "namespace": NAMESPACE},
        "involvedObject": {"kind": kind, "name": name, "uid": f"uid-{name}"},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": QUOTA,
        "lastTimestamp": at,
    }
