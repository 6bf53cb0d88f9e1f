"""
The restricted Pod Security Standard as a function of a pod's specification.

It lists what the standard forbids.  The admission controller of a real cluster has the last word: the
end-to-end tests deploy into namespaces that enforce it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

ALLOWED_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
HOST_FIELDS = ("hostNetwork", "hostPID", "hostIPC")
SECCOMP = {"RuntimeDefault", "Localhost"}
SAFE_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
}


def violations(pod: dict[str, Any]) -> list[str]:
    """
    Say in words each way in which a pod breaks the standard.

    Args:
        pod: A pod or a pod template, with its ``spec``.

    Source:
        Kubernetes documentation, *Pod Security Standards*, restricted, v1.34.
    """
    spec = pod["spec"]
    return [
        *_of_pod(spec),
        *(line for container in _containers(spec) for line in _of_container(container, spec)),
    ]


def _containers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for group in ("initContainers", "containers", "ephemeralContainers"):
        yield from spec.get(group) or []


def _of_pod(spec: dict[str, Any]) -> Iterator[str]:
    for field in HOST_FIELDS:
        if spec.get(field):
            yield f"{field} is set"
    context = spec.get("securityContext") or {}
    for sysctl in context.get("sysctls") or []:
        if sysctl["name"] not in SAFE_SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if context.get("runAsUser") == 0:
        yield "the pod runs as root"
    for volume in spec.get("volumes") or []:
        kinds = set(volume) - {"name"}
        if not kinds <= ALLOWED_VOLUMES:
            yield f"volume {volume['name']} is {', '.join(sorted(kinds))}"


def _of_container(container: dict[str, Any], spec: dict[str, Any]) -> Iterator[str]:
    name = container["name"]
    pod = spec.get("securityContext") or {}
    own = container.get("securityContext") or {}
    if own.get("privileged"):
        yield f"{name} is privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name} allows privilege escalation"
    if own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield f"{name} may run as root"
    if own.get("runAsUser") == 0:
        yield f"{name} runs as root"
    seccomp = (own.get("seccompProfile") or pod.get("seccompProfile") or {}).get("type")
    if seccomp not in SECCOMP:
        yield f"{name} has no seccomp profile"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or []):
        yield f"{name} keeps capabilities"
    added = set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}
    if added:
        yield f"{name} adds {', '.join(sorted(added))}"
    if own.get("procMount") not in (None, "Default"):
        yield f"{name} has procMount {own['procMount']}"
    for port in container.get("ports") or []:
        if port.get("hostPort"):
            yield f"{name} takes host port {port['hostPort']}"
    for handler in _handlers(container):
        if handler.get("host"):
            yield f"{name} sends a probe to host {handler['host']}"


def _handlers(container: dict[str, Any]) -> Iterator[dict[str, Any]]:
    hooks = container.get("lifecycle") or {}
    asked = [container.get(f"{kind}Probe") for kind in ("liveness", "readiness", "startup")]
    asked += [hooks.get("postStart"), hooks.get("preStop")]
    for thing in asked:
        for kind in ("httpGet", "tcpSocket"):
            if thing and kind in thing:
                yield thing[kind]
