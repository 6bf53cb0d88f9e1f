"""
A running fleet whose count gets another owner, seen by helm through an API server of one Deployment.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from fake_kubernetes_api import answering, group, kinds
from rendering import Charts, only

pytestmark = pytest.mark.process

NAME = "kit-repair-worker"
# What helm would have to know more kinds for.
LEFT_OUT = "networkPolicy.enabled=false,pdb.enabled=false,serviceAccount.create=false,test.enabled=false"
OF_RELEASE = {"meta.helm.sh/release-name": "kit", "meta.helm.sh/release-namespace": "default"}
BY = "temporal-kit/replicas-by"
SCALED, NAMED = {BY: "autoscaler"}, {BY: "release"}


def deployment(replicas: int, annotations: dict[str, str]) -> dict[str, object]:
    """
    The Deployment as it runs, with what the chart has written on it.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": NAME,
            "namespace": "default",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": OF_RELEASE | annotations,
        },
        "spec": {"replicas": replicas},
    }


ANSWERS: dict[str, object] = {
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [group("apps", "v1"), group("autoscaling", "v2"), group("keda.sh", "v1alpha1")],
    },
    "/apis/apps/v1": kinds("apps/v1", deployments="Deployment"),
    "/apis/keda.sh/v1alpha1": kinds("keda.sh/v1alpha1", scaledobjects="ScaledObject"),
    "/apis/autoscaling/v2": kinds("autoscaling/v2", horizontalpodautoscalers="HorizontalPodAutoscaler"),
}
CPU, KEDA = "autoscaling.cpu.enabled=true", "autoscaling.keda.enabled=true"


@pytest.mark.parametrize(
    ("given", "running", "replicas"),
    [
        pytest.param(CPU, deployment(50, {}), 50, id="an-autoscaler-takes-over"),
        pytest.param(
            f"{CPU},autoscaling.minReplicas=60,autoscaling.maxReplicas=90",
            deployment(50, SCALED),
            50,
            id="fewer-run-than-the-fewest",
        ),
        pytest.param(f"{CPU},autoscaling.minReplicas=2", deployment(0, {}), 2, id="none-run"),
        pytest.param(
            f"{KEDA},autoscaling.minReplicas=0,autoscaling.keda.triggers={{backlog,slots}}",
            deployment(0, SCALED),
            0,
            id="none-run-and-none-need-to",
        ),
        pytest.param(CPU, {}, None, id="an-autoscaler-from-the-first-day"),
        pytest.param("replicas=null", deployment(50, SCALED), 50, id="an-autoscaler-goes"),
        pytest.param("replicas=null", deployment(0, SCALED), 1, id="an-autoscaler-goes-from-none"),
        pytest.param("replicas=null", deployment(50, NAMED), 50, id="a-count-leaves-the-values"),
        pytest.param("replicas=null", deployment(0, NAMED), 0, id="scaled-to-none-by-hand"),
        pytest.param("replicas=null", deployment(50, {}), None, id="nobody-ever-named-a-count"),
        pytest.param("replicas=7", deployment(50, NAMED), 7, id="a-count-is-given"),
    ],
)
def test_the_replicas_that_run_are_kept(
    charts: Charts,
    tmp_path: Path,
    given: str,
    running: dict[str, object],
    replicas: int | None,
) -> None:
    """
    Where a count leaves the values or the hands of an autoscaler, Helm names what runs: a removed field would become one.

    Whether it may be removed stands on the Deployment, and so does an autoscaler, which may go while nobody runs.  No other number is
    written, as an autoscaler raises by itself.
    """
    answers = {**ANSWERS, f"/apis/apps/v1/namespaces/default/deployments/{NAME}": running}
    with answering(answers, tmp_path) as config:
        done = subprocess.run(
            [
                "helm", "template", "kit", str(charts.folder / "repair-worker"), "--dry-run=server", "--disable-openapi-validation",
                "--kubeconfig", str(config), "--set", f"{LEFT_OUT},{given}", "--show-only", "templates/deployment.yaml",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )  # fmt: skip

    assert done.returncode == 0, done.stderr
    (found,) = (found for found in yaml.safe_load_all(done.stdout) if found)
    assert only([found], "Deployment")["spec"].get("replicas") == replicas
    owner = "autoscaler" if "enabled=true" in given else "release"
    is_said = replicas is not None or owner == "autoscaler"
    assert found["metadata"]["annotations"].get(BY) == (owner if is_said else None)
