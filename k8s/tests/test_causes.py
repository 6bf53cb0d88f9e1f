"""
What a failed `make deploy` says first: why a pod or a version does not become ready, as the real kubectl reads it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fake_kubernetes_api import NAMESPACE, answers_of_pods, serving

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH"),
]

ROOT = Path(__file__).parents[2]
HELMS = "Error: UPGRADE FAILED: resource Deployment/repair-shop/repair-worker not ready: context deadline exceeded"
SCRIPT = """
set -euo pipefail
for part in cluster_access helm_release explain deploy_order; do . k8s/run/$part.sh; done
kc() { kubectl --server "$SERVER" "$@"; }
hm() { case "$*" in *upgrade*) echo "$HELMS" >&2; return 1 ;; esac; }
"""
RELEASE = f"release repair-worker {NAMESPACE} charts/repair-worker"
WAITED = f"wait_for {NAMESPACE} deployment/prometheus"


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


READY = pod("ready", phase="Running", containerStatuses=[{"name": "worker", "state": {"running": {}}}])
STARTING = pod("starts", containerStatuses=[waiting("ContainerCreating", "")])
PULLS = 'Back-off pulling image "registry.example/worker:1"'
NO_IMAGE = pod("pulls", containerStatuses=[waiting("ImagePullBackOff", PULLS)])
CRASHES = pod("crashes", containerStatuses=[waiting("CrashLoopBackOff", "back-off 10s restarting failed")])
CRASHED = pod("crashed", containerStatuses=[ended("Error", 1)])
GREW = pod("grew", containerStatuses=[ended("OOMKilled", 137)])
DONE = pod("done", phase="Succeeded", containerStatuses=[ended("Completed", 0)])
PREPARES = pod(
    "prepares",
    initContainerStatuses=[waiting("ErrImagePull", "not found")],
    containerStatuses=[waiting("PodInitializing", "")],
)
NO_DATABASE = pod(
    "schema",
    initContainerStatuses=[
        {"name": "create-store", "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}},
        waiting("PodInitializing", ""),
    ],
)
JUST_FAILED = pod("schema", initContainerStatuses=[{**ended("Error", 1), "name": "create-store"}])
NO_NODE = pod(
    "homeless",
    conditions=[
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
        }
    ],
)
ROLLOUT = {
    "apiVersion": "temporal.io/v1alpha1",
    "kind": "WorkerDeployment",
    "metadata": {"name": "repair-worker", "namespace": NAMESPACE},
    "status": {
        "conditions": [{"type": "Ready", "status": "False", "message": "target version is not current"}],
        "targetVersion": {"testWorkflows": [{"workflowID": "gate-7", "status": "Failed"}]},
    },
}
QUOTA = 'pods "repair-worker-5d4f-" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2'
LAST_WORDS = "error: TEMPORAL_ADDRESS=temporal:7233: nobody answers"
DATABASES = "10:00\tERROR\tno connection\t{certificate is valid for db, not other}"
LOGS = {
    "crashes": f"starting\n{LAST_WORDS}\n",
    "crashed": f"{LAST_WORDS}\n",
    "schema/log/create-store": f"{DATABASES.replace('ERROR', chr(27) + '[31mERROR' + chr(27) + '[0m')}\n10:00\tERROR\tno database\n",
}


def failed(
    script: str,
    folder: Path,
    pods: list[dict[str, Any]],
    rollouts: list[dict[str, Any]],
    deployments: Sequence[dict[str, Any]] = (),
    events: Sequence[dict[str, Any]] = (),
) -> list[str]:
    """
    Run lines of shell that end with 2; returns what they say.
    """
    with serving(answers_of_pods(pods, LOGS, rollouts, deployments, events)) as server:
        done = subprocess.run(
            ["bash", "-c", SCRIPT + script],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
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
        "metadata": {"name": name, "namespace": NAMESPACE},
        "status": {"conditions": [condition]},
    }


def not_made(kind: str, name: str, at: str) -> dict[str, Any]:
    """
    The event of what could not make a pod.
    """
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.1", "namespace": NAMESPACE},
        "involvedObject": {"kind": kind, "name": name},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": QUOTA,
        "lastTimestamp": at,
    }


@pytest.mark.parametrize(
    ("pods", "rollouts", "cause"),
    [
        pytest.param([NO_IMAGE], [], f"pod pulls is not ready: ImagePullBackOff: {PULLS}", id="no-image"),
        pytest.param(
            [CRASHES],
            [],
            f"pod crashes is not ready: CrashLoopBackOff: its last words: {LAST_WORDS}",
            id="crash",
        ),
        pytest.param(
            [CRASHED], [], f"pod crashed is not ready: Error: its last words: {LAST_WORDS}", id="just-crashed"
        ),
        pytest.param(
            [NO_DATABASE],
            [],
            f"pod schema is not ready: CrashLoopBackOff: its last words: {DATABASES}",
            id="first-error-of-temporals",
        ),
        pytest.param(
            [JUST_FAILED],
            [],
            f"pod schema is not ready: Error: its last words: {DATABASES}",
            id="first-error-just-said",
        ),
        pytest.param([GREW], [], "pod grew is not ready: OOMKilled: exit code 137", id="memory"),
        pytest.param(
            [NO_NODE],
            [],
            "pod homeless is not ready: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.",
            id="no-node",
        ),
        pytest.param(
            [PREPARES], [], "pod prepares is not ready: ErrImagePull: not found", id="init-container"
        ),
        pytest.param(
            [READY, DONE, STARTING, NO_IMAGE],
            [],
            f"pod pulls is not ready: ImagePullBackOff: {PULLS}",
            id="the-one-of-several",
        ),
        pytest.param(
            [READY],
            [ROLLOUT],
            "repair-worker: target version is not current workflow gate-7 at the gate of repair-worker: Failed",
            id="version",
        ),
        pytest.param([READY, STARTING], [], HELMS, id="nothing-but-helms-words"),
    ],
)
def test_the_true_cause_comes_first(
    pods: list[dict[str, Any]], rollouts: list[dict[str, Any]], cause: str, tmp_path: Path
) -> None:
    """
    Helm says that a deadline was exceeded; one line names what the pod waits for, and the pods' own words follow.
    """
    said = failed(RELEASE, tmp_path, pods, rollouts)

    assert said[0] == f"error: repair-worker: {cause}"
    assert said[1] == f"--- pods of {NAMESPACE}"


def test_a_part_that_is_not_ready_in_time_says_why(tmp_path: Path) -> None:
    """
    A part without Helm has nothing but its pods to tell the cause, and the log of each that is not ready follows.
    """
    said = failed(WAITED, tmp_path, [CRASHES], [])

    assert said[0] == (
        "error: deployment/prometheus: not ready within 1s: "
        f"pod crashes is not ready: CrashLoopBackOff: its last words: {LAST_WORDS}"
    )
    assert said[-1] == LAST_WORDS


@pytest.mark.parametrize(
    ("deployments", "events", "cause"),
    [
        pytest.param(
            [deployment("old", False), deployment("repair-worker", True)],
            [],
            f"Deployment repair-worker makes no more pods: {QUOTA}",
            id="deployment",
        ),
        pytest.param(
            [],
            [
                not_made("StatefulSet", "postgres", "2026-01-01T00:00:02Z"),
                not_made("Job", "schema", "2026-01-01T00:00:01Z"),
            ],
            f"StatefulSet postgres makes no more pods: {QUOTA}",
            id="the-last-event",
        ),
        pytest.param(
            [deployment("repair-worker", False)],
            [not_made("ReplicaSet", "repair-worker-5d4f", "2026-01-01T00:00:01Z")],
            HELMS,
            id="once-and-no-more",
        ),
    ],
)
def test_pods_that_a_quota_refuses_are_the_cause(
    deployments: list[dict[str, Any]], events: list[dict[str, Any]], cause: str, tmp_path: Path
) -> None:
    """
    A refused pod is in no list of pods: what would make it says why, as long as it holds.
    """
    said = failed(RELEASE, tmp_path, [READY], [], deployments, events)

    assert said[0] == f"error: repair-worker: {cause}"
