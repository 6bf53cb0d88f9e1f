"""
The checker of restricted Pod Security sees each rule broken.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from restricted import violations

GOOD: dict[str, Any] = {
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "c",
                "ports": [{"containerPort": 9000}],
                "livenessProbe": {"httpGet": {"path": "/", "port": 1}},
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
}


def test_a_restricted_pod_passes() -> None:
    """A pod that keeps every rule breaks none."""
    assert violations(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        pytest.param(("spec", "hostNetwork"), True, "hostNetwork is set", id="host-network"),
        pytest.param(("spec", "hostPID"), True, "hostPID is set", id="host-pid"),
        pytest.param(("spec", "hostIPC"), True, "hostIPC is set", id="host-ipc"),
        pytest.param(
            ("spec", "volumes"),
            [{"name": "x", "hostPath": {"path": "/"}}],
            "volume x is hostPath",
            id="host-path",
        ),
        pytest.param(("spec", "securityContext", "runAsUser"), 0, "the pod runs as root", id="root-pod"),
        pytest.param(("spec", "securityContext", "runAsNonRoot"), False, "c may run as root", id="may-root"),
        pytest.param(
            ("spec", "securityContext", "seccompProfile"), None, "c has no seccomp profile", id="no-seccomp"
        ),
        pytest.param(
            ("spec", "securityContext", "sysctls"),
            [{"name": "kernel.msgmax"}],
            "sysctl kernel.msgmax",
            id="sysctl",
        ),
        pytest.param(("c", "privileged"), True, "c is privileged", id="privileged"),
        pytest.param(
            ("c", "allowPrivilegeEscalation"), None, "c allows privilege escalation", id="escalation"
        ),
        pytest.param(("c", "runAsUser"), 0, "c runs as root", id="root-container"),
        pytest.param(("c", "capabilities"), {"drop": ["KILL"]}, "c keeps capabilities", id="capabilities"),
        pytest.param(("c", "capabilities"), {"drop": ["ALL"], "add": ["KILL"]}, "c adds KILL", id="added"),
        pytest.param(("c", "procMount"), "Unmasked", "c has procMount Unmasked", id="proc-mount"),
    ],
)
def test_a_broken_rule_is_named(path: tuple[str, ...], value: Any, said: str) -> None:
    """Each rule of the standard, broken alone, is reported alone."""
    pod = copy.deepcopy(GOOD)
    thing = pod["spec"]["containers"][0]["securityContext"] if path[0] == "c" else pod
    for key in path[:-1]:
        thing = thing if key == "c" else thing[key]
    thing[path[-1]] = value

    assert violations(pod) == [said]


def test_a_host_port_and_a_probe_elsewhere_are_named() -> None:
    """Ports of the host and probes sent to other hosts count too."""
    pod = copy.deepcopy(GOOD)
    container = pod["spec"]["containers"][0]
    container["ports"][0]["hostPort"] = 80
    container["livenessProbe"]["httpGet"]["host"] = "example.org"

    assert violations(pod) == ["c takes host port 80", "c sends a probe to host example.org"]
