"""
One line each for what goes wrong between us and a cluster.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from kit_commands import CHECKOUT, CONTEXT, KUBECONFIG, WORKERS, Kit

from loadtest.errors import InputError, TargetError
from loadtest.plan import Plan
from loadtest.target.kubernetes.api import Api, open_api
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.kubernetes_target import KubernetesTarget

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = Plan.model_validate({"name": "bad", "loads": [{"kind": "open", "arrival_rate": 2.0}]})


@pytest.fixture
def api(kit: Kit) -> Api:
    """
    The cluster, as its administrator.
    """
    return open_api(KUBECONFIG, CONTEXT)


def test_a_deployment_that_is_not_there(api: Api) -> None:
    """A wrong name is an error of the user's, with the command that lists the right ones."""
    with pytest.raises(InputError, match="repair-shop/nosuch: there is no such Deployment"):
        KubernetesTarget(api, ClusterPlace("repair-shop", "nosuch"), PLAN)


def test_a_plan_for_other_slots(api: Api) -> None:
    """A plan whose slots the workers do not have is refused: every figure per slot would be wrong."""
    plan = PLAN.model_copy(update={"worker": PLAN.worker.model_copy(update={"activity_slots": 7})})

    with pytest.raises(InputError, match=r"worker.activity_slots = 7: .* has 4; write 4"):
        KubernetesTarget(api, ClusterPlace("repair-shop", WORKERS), plan)


def test_a_plan_for_another_queue(api: Api) -> None:
    """A plan whose task queue the workers do not poll is refused at once."""
    with pytest.raises(InputError, match="task_queue = 'other': .* polls 'repair-shop'"):
        KubernetesTarget(
            api, ClusterPlace("repair-shop", WORKERS), PLAN.model_copy(update={"task_queue": "other"})
        )


def test_a_deployment_that_an_autoscaler_owns(kit: Kit, api: Api) -> None:
    """A sweep and `make scale` refuse a Deployment with an autoscaler, by the autoscaler's name."""
    kit.kubectl("autoscale", f"deployment/{WORKERS}", "--max=3", "--min=1", "--cpu=50%", "-n", "repair-shop")
    try:
        with pytest.raises(InputError, match=f"HorizontalPodAutoscaler {WORKERS} owns its replica count"):
            KubernetesTarget(api, ClusterPlace("repair-shop", WORKERS), PLAN)
        scaled = kit.make("scale", "N=2")
        submitted = kit.loadtest("submit", "loadtest/plans/smoke.toml", "--progress", "plain")
    finally:
        kit.kubectl("delete", "horizontalpodautoscaler", WORKERS, "-n", "repair-shop")

    assert scaled.code == 2
    assert "autoscaler" in scaled.said.lower()
    assert submitted.code == 2
    assert "owns its replica count" in submitted.error


async def test_workers_that_are_never_ready(kit: Kit, api: Api) -> None:
    """Pods that do not come up end the wait with their state and their last events."""
    arguments = ["--namespace", "repair-shop", "--set", "image.repository=temporal-kit/repair-worker"]
    name = "repair-worker-broken"
    made = kit.helm("install", name, "charts/repair-worker", *arguments, "--set", "image.tag=nosuch")
    assert made.code == 0, made.error
    try:
        target = KubernetesTarget(api, ClusterPlace("repair-shop", name, ready_seconds=20), PLAN)
        with pytest.raises(TargetError) as told:
            await target.scale(1)
    finally:
        kit.helm("uninstall", name, "--namespace", "repair-shop")

    assert f"repair-shop/{name}: 0 of 1 pod is ready after 20 s" in str(told.value)
    assert "nosuch" in str(told.value)
    assert "event Failed" in str(told.value)


def test_rights_that_are_missing(kit: Kit) -> None:
    """A Deployment outside the Role is refused by what is not allowed and how to get it."""
    done = kit.loadtest(
        "submit", "loadtest/plans/smoke.toml", "--deployment", "temporal/temporal", "--progress", "plain"
    )

    assert done.code == 2
    assert "get deployments temporal/temporal: not allowed" in done.error


def test_a_cluster_that_does_not_answer(tmp_path: Path, kit: Kit) -> None:
    """An address where nobody listens is said in one line."""
    text = KUBECONFIG.read_text()
    server = next(line.split()[-1] for line in text.splitlines() if "server:" in line)
    away = tmp_path / "config"
    away.write_text(text.replace(server, "https://127.0.0.1:9"))

    done = kit.loadtest(
        "submit", "loadtest/plans/smoke.toml", "--kubeconfig", str(away), "--context", CONTEXT
    )

    assert done.code == 2
    assert "the cluster does not answer" in done.error
    assert len(done.error.strip().splitlines()) == 1


def test_a_load_test_that_is_not_installed(kit: Kit) -> None:
    """A namespace without our chart is answered with the command that installs it."""
    done = kit.loadtest("submit", "loadtest/plans/smoke.toml", "--kube-namespace", "default")

    assert done.code == 2
    assert "default/loadtest-sweep: no load test is installed there" in done.error


def test_the_readme_of_the_charts_names_every_chart() -> None:
    """charts/README.md says in which order they are installed."""
    text = (CHECKOUT / "charts" / "README.md").read_text()

    assert [name for name in ("temporal-dev", "repair-worker", "loadtest") if name not in text] == []
