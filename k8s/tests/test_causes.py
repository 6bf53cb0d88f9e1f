"""
What a failed `make deploy` says first: why a pod or a version does not become ready, as the real kubectl reads it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from failed_deploys import HELMS, RELEASE, ended, failed, pod, waiting
from fake_kubernetes_api import NAMESPACE

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH"),
]

WAITED = f"wait_for {NAMESPACE} deployment/prometheus"


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
LAST_WORDS = "error: TEMPORAL_ADDRESS=temporal:7233: nobody answers"
DATABASES = "10:00\tERROR\tno connection\t{certificate is valid for db, not other}"
LOGS = {
    "crashes": f"starting\n{LAST_WORDS}\n",
    "crashed": f"{LAST_WORDS}\n",
    "schema/log/create-store": f"{DATABASES.replace('ERROR', chr(27) + '[31mERROR' + chr(27) + '[0m')}\n10:00\tERROR\tno database\n",
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
    said = failed(RELEASE, tmp_path, pods, rollouts, logs=LOGS)

    assert said[0] == f"error: repair-worker: {cause}"
    assert said[1] == f"--- pods of {NAMESPACE}"


def test_a_part_that_is_not_ready_in_time_says_why(tmp_path: Path) -> None:
    """
    A part without Helm has nothing but its pods to tell the cause, and the log of each that is not ready follows.
    """
    said = failed(WAITED, tmp_path, [CRASHES], [], logs=LOGS)

    assert said[0] == (
        "error: deployment/prometheus: not ready within 1s: "
        f"pod crashes is not ready: CrashLoopBackOff: its last words: {LAST_WORDS}"
    )
    assert said[-1] == LAST_WORDS
