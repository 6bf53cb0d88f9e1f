"""
When the containers of the server and of its database were started, by the pods of their Kubernetes namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked
from loadtest.target.kubernetes.main_container import is_over


def server_starts(api: Api, namespace: str | None) -> Mapping[str, float]:
    """
    Return the Unix time of the start of each running container, by ``POD/CONTAINER``.

    Pods that are meant to end, those of Jobs, are left out. Empty for a namespace that is not known, ``None``.

    Raises:
        TargetError: The cluster refused, or did not answer.
    """
    if namespace is None:
        return {}
    with asked(f"list pods in {namespace}"):
        found = api.core.list_namespaced_pod(namespace, _request_timeout=REQUEST_SECONDS)
    return {
        f"{pod.metadata.name}/{status.name}": status.state.running.started_at.timestamp()
        for pod in found.items
        if not is_over(pod) and pod.spec.restart_policy not in ("Never", "OnFailure")
        for status in _statuses(pod)
        if status.state.running is not None
    }


def _statuses(pod: Any) -> list[Any]:
    return list(pod.status.container_statuses or [])
