"""
Pods as an API server tells of them, and what the scripts of `k8s/run` say of them with the real kubectl.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fake_kubernetes_api import NAMESPACE, answers_of_pods, serving

ROOT = Path(__file__).parents[3]
HELMS = "Error: UPGRADE FAILED: resource Deployment/repair-shop/repair-worker not ready: context deadline exceeded"
SCRIPT = """
set -euo pipefail
for part in cluster_access helm_release explain refusals deploy_order; do . k8s/run/$part.sh; done
kubeconfig=/dev/null context=c
kc() { kubectl --server "$SERVER" "$@"; }
"""
# Of `helm`: an upgrade that comes to nothing.
FAILS = 'case "$*" in *upgrade*) echo "$HELMS" >&2; exit 1 ;; esac'
RELEASE = f"release repair-worker {NAMESPACE} charts/repair-worker"


def pod(name: str, **status: Any) -> dict[str, Any]:
    """
    A pod of one container, with what its kubelet says.
    """
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "initContainers": [{"name": one["name"]} for one in status.get("initContainerStatuses", ())],
            "containers": [{"name": "worker"}],
        },
        "status": {"phase": "Pending", **status},
    }


def waiting(reason: str, message: str) -> dict[str, Any]:
    """
    What a container waits for.
    """
    return {"name": "worker", "state": {"waiting": {"reason": reason, "message": message}}}


def ended(reason: str, code: int) -> dict[str, Any]:
    """
    With what a container ended.
    """
    return {"name": "worker", "state": {"terminated": {"reason": reason, "exitCode": code}}}


def failed(
    script: str,
    folder: Path,
    pods: list[dict[str, Any]],
    rollouts: list[dict[str, Any]],
    deployments: Sequence[dict[str, Any]] = (),
    events: Sequence[dict[str, Any]] = (),
    logs: Mapping[str, str] | None = None,
    jobs: Sequence[dict[str, Any]] = (),
    statefulsets: Sequence[dict[str, Any]] = (),
    helm: str = FAILS,
) -> list[str]:
    """
    Run lines of shell that end with 2, with a helm of these lines; returns what they say.
    """
    program = folder / "helm"
    program.write_text(f"#!/bin/bash\n{helm}\n")
    program.chmod(0o755)
    answers = answers_of_pods(pods, logs or {}, rollouts, deployments, events, jobs, statefulsets)
    with serving(answers) as server:
        done = subprocess.run(
            ["bash", "-c", SCRIPT + script],
            cwd=ROOT,
            env={
                "PATH": f"{folder}:{os.environ['PATH']}",
                # Where kubectl keeps what an API server knows.
                "HOME": str(folder),
                "KUBECONFIG": "/dev/null",
                "SERVER": server,
                "HELMS": HELMS,
                "DEPLOY_TIMEOUT": "1s",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stderr.splitlines()
