"""
Objects of a cluster in the shapes in which the API gives them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

STARTED = "2026-01-02T03:04:05Z"


def container_status(name: str, state: dict[str, Any], **more: Any) -> dict[str, Any]:
    """
    What a node reports of one container, which is not ready unless told otherwise.
    """
    return {
        "name": name,
        "ready": False,
        "restartCount": 0,
        "image": "i",
        "imageID": "",
        "state": state,
    } | more


def pod(
    name: str,
    *,
    labels: dict[str, str] | None = None,
    ready: bool = True,
    phase: str = "Running",
    namespace: str = "shop",
    containers: tuple[str, ...] = ("worker",),
    statuses: list[dict[str, Any]] | None = None,
    ports: list[dict[str, Any]] | None = None,
    ip: str = "10.0.0.7",
    **status: Any,
) -> dict[str, Any]:
    """
    A pod whose containers run, unless told otherwise.
    """
    running = [
        container_status(one, {"running": {"startedAt": STARTED}}, ready=ready, started=True)
        for one in sorted(containers)
    ]
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {"app": "worker"}},
        "spec": {
            "containers": [
                {"name": one} | ({"ports": ports} if ports and number == 0 else {})
                for number, one in enumerate(containers)
            ]
        },
        "status": {
            "phase": phase,
            "podIP": ip,
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "containerStatuses": running if statuses is None else statuses,
            **status,
        },
    }


def deployment(
    name: str = "workers", namespace: str = "shop", replicas: int = 3, **meta: Any
) -> dict[str, Any]:
    """
    A Deployment whose pods carry ``app=worker``.
    """
    return {
        "metadata": {"name": name, "namespace": namespace, **meta},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "worker"}},
            "template": {"metadata": {"labels": {"app": "worker"}}, "spec": {"containers": []}},
        },
    }


def evicted(name: str) -> dict[str, Any]:
    """
    A pod that its node has evicted: it stays listed and has no container statuses.
    """
    made = pod(name, phase="Failed", ready=False, reason="Evicted", message="the node was low on memory")
    del made["status"]["containerStatuses"]
    return made


def not_made(
    kind: str, owner: str, message: str, namespace: str = "shop", uid: str | None = None, at: str = STARTED
) -> dict[str, Any]:
    """
    The event of a pod that the API server refused to make, such as for a quota.
    """
    return {
        "metadata": {"name": f"{owner}.1", "namespace": namespace},
        "involvedObject": {"kind": kind, "name": owner, "uid": uid},
        "reason": "FailedCreate",
        "message": message,
        "lastTimestamp": at,
    }


async def until(holds: Callable[[], bool]) -> None:
    """
    Wait until something holds; pytest's own time limit ends a wait for ever.
    """
    while not holds():  # noqa: ASYNC110 what is waited for is a plain value of the product
        await asyncio.sleep(0.01)
