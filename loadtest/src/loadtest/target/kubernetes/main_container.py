"""
Which container of a pod is the main one, beside sidecars that others add, and its state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kubernetes.utils.quantity import parse_quantity

from loadtest.results.measured_step import Replica

_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_LONGEST_HOST = 63
_OVER = ("Succeeded", "Failed")


def main_container(pod: Any) -> str:
    """
    Return the name of the container that kubectl would choose: the one that the pod's annotation names, or its first.

    A sidecar's injector names the application's container there. The statuses do not tell: they come in another order.
    """
    named = (pod.metadata.annotations or {}).get(_DEFAULT_CONTAINER)
    names = [container.name for container in pod.spec.containers]
    return str(named if named in names else names[0])


def status_of(pod: Any, name: str) -> Any | None:
    """
    Return what the node reports of a container, ``None`` where it has reported nothing: unscheduled, or evicted before.
    """
    return next((found for found in pod.status.container_statuses or [] if found.name == name), None)


def is_over(pod: Any) -> bool:
    """
    Tell whether a pod has ended for good, such as an evicted one; it stays listed but is no replica.
    """
    return pod.status.phase in _OVER


def has_terminated(pod: Any, name: str) -> bool:
    """
    Tell whether a container of a pod has ended, whatever else still runs in the pod.
    """
    status = status_of(pod, name)
    return status is not None and status.state.terminated is not None


def has_died(pod: Any) -> bool:
    """
    Tell whether the main container of a pod ended by itself at least once.
    """
    status = status_of(pod, main_container(pod))
    return status is not None and (status.restart_count > 0 or status.state.terminated is not None)


def replica(pod: Any, metrics_port: str | None = None) -> Replica:
    """
    Return a ready pod as a replica with the pod's name; it started when its main container did.

    Args:
        pod: Pod as the API lists it.
        metrics_port: Number or name of the port of its /metrics page; ``None`` takes the port that is called
            ``metrics``, or the one that the pod's annotation ``prometheus.io/port`` names.
    """
    status = status_of(pod, main_container(pod))
    running = status.state.running if status is not None else None
    port = _port(pod, metrics_port)
    url = None
    if port is not None:
        address = str(pod.status.pod_ip)
        host = f"[{address}]" if ":" in address else address
        url = f"http://{host}:{port}{_path(pod, port)}"
    started_at = running.started_at.timestamp() if running is not None else 0.0
    return Replica(pod.metadata.name, url, None, started_at, _host(pod), _core_limit(pod))


def replicas_of(pods: Sequence[Any], metrics_port: str | None = None) -> tuple[Replica, ...]:
    """
    Return ready pods as replicas, by name; where several are on one node's network, nobody can tell whose a worker on that
    host is, so it is none's.
    """
    found = sorted((replica(pod, metrics_port) for pod in pods), key=lambda one: one.identity)
    hosts = Counter(one.host for one in found)
    return tuple(one if hosts[one.host] == 1 else replace(one, host=None) for one in found)


def _core_limit(pod: Any) -> float | None:
    """
    Return the cores that the main container may use: by its own limit, which a LimitRange may have given it, or by the
    whole pod's.
    """
    main = main_container(pod)
    parts = [pod.spec, *(one for one in pod.spec.containers if one.name == main)]
    limits = [part.resources.limits or {} for part in parts if part.resources is not None]
    return min((float(parse_quantity(one["cpu"])) for one in limits if "cpu" in one), default=None)


def _host(pod: Any) -> str:
    if pod.spec.host_network:
        return str(pod.spec.node_name)
    # The kubelet cuts it so, as a longer one is no name of a host.
    return str(pod.spec.hostname or pod.metadata.name)[:_LONGEST_HOST].rstrip("-.")


def _port(pod: Any, wanted: str | None) -> int | None:
    if wanted is not None and wanted.isdecimal():
        return int(wanted)
    main = main_container(pod)
    # A sidecar may have a port of the same name; the later one is used, and that is the main container's.
    declared = {
        port.name: int(port.container_port)
        for container in sorted(pod.spec.containers, key=lambda one: one.name == main)
        for port in container.ports or []
        if port.name is not None
    }
    if wanted is not None:
        return declared.get(wanted)
    annotated = (pod.metadata.annotations or {}).get("prometheus.io/port", "")
    return declared.get("metrics", int(annotated) if annotated.isdecimal() else None)


def _path(pod: Any, port: int) -> str:
    annotations = pod.metadata.annotations or {}
    if annotations.get("prometheus.io/port", str(port)) != str(port):
        # The path is that of another page: a mesh writes its proxy's port and path over the application's.
        return "/metrics"
    path = str(annotations.get("prometheus.io/path", "/metrics"))
    return path if path.startswith("/") else f"/{path}"
