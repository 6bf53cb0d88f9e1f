"""
`make scale` where the workers are a Deployment, and where a controller makes a Deployment for each of their versions.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from make_command import make, refusal
from stubs import Stubs, cluster_of_stubs

pytestmark = pytest.mark.process

CONTEXT = "kind-temporal-kit"
# Of `kubectl`: what a WorkerDeployment says of itself; without one the kind is unknown and the call fails.
CONTROLLED = """
case "$*" in
  *"get workerdeployment "*metadata.name*) echo repair-worker ;;
  *"get workerdeployment "*currentVersion*) echo "{current}" ;;
  *"get horizontalpodautoscalers"*'"{owned}"'*) echo one ;;
  *"get workerdeployment "*) exit 1 ;;
  *get-contexts*) echo kind-temporal-kit ;;
esac
"""
PLAIN = 'case "$*" in *"get workerdeployment "*) exit 1 ;; *get-contexts*) echo kind-temporal-kit ;; esac'


@pytest.fixture
def cluster(tmp_path: Path) -> Stubs:
    """
    A kind cluster.
    """
    return cluster_of_stubs(tmp_path, CONTEXT)


def controlled(current: str = "repair-worker-b1", owned: str = "nothing") -> str:
    """
    A kubectl for workers whose current version's Deployment has a name, and an autoscaler of some Deployment's.
    """
    return CONTROLLED.replace("{current}", current).replace("{owned}", owned)


def changes(cluster: Stubs) -> list[str]:
    """
    What was asked of kubectl that changes something, without the cluster's names.
    """
    calls = (call.split(f"--context {CONTEXT} ")[-1] for call in cluster.calls("kubectl"))
    return [call for call in calls if call.split()[0] in ("scale", "patch", "delete")]


def test_a_deployment_is_scaled_by_its_scale(cluster: Stubs) -> None:
    """
    What a killed sweep left to be restored is forgotten first.
    """
    cluster.put("kubectl", PLAIN)

    done = make("scale", "N=3", cluster.config, environment=cluster.environment)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "repair-worker: 3 workers\n"
    assert changes(cluster) == [
        "delete lease repair-shop.repair-worker --namespace repair-shop --ignore-not-found",
        "scale deployment repair-worker --namespace repair-shop --replicas 3",
    ]


@pytest.mark.parametrize("phase", ["Running", "Succeeded", ""])
def test_another_load_tests_sweep_keeps_its_count(cluster: Stubs, phase: str) -> None:
    """
    A sweep from any namespace holds the workers' Lease by its pod; one whose pod has ended, or is gone, no more.
    """
    held = f"""
case "$*" in
  *"get lease repair-shop.repair-worker --namespace repair-shop "*) echo team-b/nightly-x_1-2-3; exit ;;
  *"get pod nightly-x --namespace team-b "*) echo "{phase}"; exit ;;
esac
"""
    cluster.put("kubectl", held + PLAIN)

    done = make("scale", "N=3", cluster.config, environment=cluster.environment)

    if phase == "Running":
        said = "error: N=3: the sweep of pod team-b/nightly-x runs and owns the number of workers; wait for it, or end it"
        assert refusal(done) == said
        assert changes(cluster) == []
    else:
        assert done.returncode == 0, done.stderr
        assert len(changes(cluster)) == 2


def test_a_worker_deployment_is_scaled_by_its_field(cluster: Stubs) -> None:
    """
    Its controller hands the number on, and the pods of the current version are waited for.
    """
    cluster.put("kubectl", controlled())

    done = make("scale", "N=3", cluster.config, environment=cluster.environment)

    assert done.returncode == 0, done.stderr
    assert changes(cluster) == [
        "delete lease repair-shop.workerdeployment.repair-worker --namespace repair-shop --ignore-not-found",
        'patch workerdeployment repair-worker --namespace repair-shop --type merge --patch {"spec": {"replicas": 3}}',
    ]
    assert any("rollout status deployment/repair-worker-b1" in call for call in cluster.calls("kubectl"))


@pytest.mark.parametrize(
    ("kubectl", "said"),
    [
        pytest.param(
            controlled(current=""), "error: N=3: no version of repair-worker is current yet", id="no-version"
        ),
        pytest.param(
            controlled(owned="repair-worker-b1"),
            "error: N=3: the HorizontalPodAutoscaler one owns the number of workers",
            id="autoscaler-of-the-version",
        ),
    ],
)
def test_what_somebody_else_scales_is_left_alone(cluster: Stubs, kubectl: str, said: str) -> None:
    """
    Before a version is current there is nothing to scale, and an autoscaler would undo it.
    """
    cluster.put("kubectl", kubectl)

    words = refusal(make("scale", "N=3", cluster.config, environment=cluster.environment))

    assert words.startswith(said)
    assert changes(cluster) == []


@pytest.mark.parametrize(
    ("kind", "waits"),
    [pytest.param("Deployment", True, id="deployment"), pytest.param("WorkerDeployment", False, id="ramp")],
)
def test_helm_does_not_wait_for_a_ramp(cluster: Stubs, kind: str, waits: bool) -> None:
    """
    A WorkerDeployment is ready when its ramp is over, which may take hours; the deploy says that it goes on.
    """
    answers = controlled().replace(
        'echo "repair-worker-b1"', 'case "$*" in *buildID*) echo b1 ;; *) echo one ;; esac'
    )
    target = (
        '  *"get workerdeployment "*targetVersion*) echo b2 ;;\n  *"get workerdeployment "*metadata.name*'
    )
    cluster.put("kubectl", answers.replace('  *"get workerdeployment "*metadata.name*', target))
    cluster.put("kind", "")
    cluster.put(
        "helm", f'case "$*" in "template repair-worker"*) printf -- "---\\nkind: {kind}\\nspec: 1\\n" ;; esac'
    )

    done = make("deploy", "PROFILE=dev", "MONITORING=none", cluster.config, environment=cluster.environment)

    assert done.returncode == 0, done.stderr
    assert "repair-worker: version b2 rolls out beside b1 by itself" in done.stdout
    (upgrade,) = (call for call in cluster.calls("helm") if " upgrade --install repair-worker " in call)
    assert (" --wait " in upgrade) is waits
