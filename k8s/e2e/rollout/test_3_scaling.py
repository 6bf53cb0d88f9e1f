"""
Who may change how many workers there are where a controller makes them.
"""

from __future__ import annotations

import signal

import pytest
from kit_commands import WORKERS, Kit, fetch, until
from steady_plan import STEADY_PLAN
from worker_versions import NAMESPACE, current, made

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = f'name = "rollout"\nreplicas = [1, 2]\nshuffle = false{STEADY_PLAN}'
LEASE = f"{NAMESPACE}.workerdeployment.{WORKERS}"
# More than any step has, so that a count that was not brought back is seen.
BEFORE = 3


def asked_for(kit: Kit) -> int:
    """
    How many workers the WorkerDeployment asks its controller for.
    """
    return int(kit.get("workerdeployment", WORKERS, "--namespace", NAMESPACE)["spec"]["replicas"])


def replicas(kit: Kit) -> int:
    """
    How many workers the current version is told to have.
    """
    return int(made(kit)[current(kit)]["spec"]["replicas"])


def test_a_sweep_refuses_the_controllers_deployment(kit: Kit) -> None:
    """
    It says whose the Deployment is and what to give instead; nothing is scaled.
    """
    name = made(kit)[current(kit)]["metadata"]["name"]
    right = ["create", "role", "reads-deployments", "--verb=get", "--resource=deployments.apps"]
    bound = ["--role=reads-deployments", "--serviceaccount=loadtest:loadtest", "--namespace", NAMESPACE]
    kit.kubectl(*right, "--namespace", NAMESPACE)
    kit.kubectl("create", "rolebinding", "reads-deployments", *bound)
    try:
        finished = kit.sweep(PLAN, "--deployment", f"{NAMESPACE}/{name}")
    finally:
        kit.kubectl("delete", "role,rolebinding", "reads-deployments", "--namespace", NAMESPACE)

    assert finished.code != 0
    assert (
        f"--deployment {NAMESPACE}/{name}: WorkerDeployment {WORKERS} owns it and would undo every step; "
        f"give --deployment {NAMESPACE}/workerdeployment/{WORKERS}"
    ) in finished.error
    assert replicas(kit) == 1


def demand_as_before(kit: Kit) -> None:
    """
    See that the count is brought back, first in the field and then by the controller, and that nothing is held any more.
    """
    until(lambda: asked_for(kit) == BEFORE, "the count is brought back", 60)
    until(lambda: replicas(kit) == BEFORE, "the current version has the count", 60)
    until(
        lambda: kit.ask("get", "lease", LEASE, "--namespace", NAMESPACE).code != 0, "the Lease is given back"
    )


def test_a_sweep_scales_the_worker_deployment(kit: Kit) -> None:
    """
    Step by step by its own field, which the controller brings to the current version; the count is as before in the end.
    """
    assert kit.make("scale", f"N={BEFORE}").code == 0

    finished = kit.sweep(PLAN)

    assert finished.is_measured, finished.out[-2000:] + finished.error
    steps = fetch(kit).measured()
    assert {step["key"]["replicas"] for step in steps} == {1, 2}
    for step in steps:
        assert len(step["identities_start"]) == step["key"]["replicas"]
        assert step["injector"]["whole"]["failed"] == {}
    demand_as_before(kit)


def test_an_interrupted_sweep_brings_the_count_back(kit: Kit) -> None:
    """
    Ctrl-C leaves the sweep running; its Job deleted, the pod brings the count back in its grace period.
    """
    assert kit.make("scale", f"N={BEFORE}").code == 0
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    assert asked_for(kit) == replicas(kit) == 1

    sweep.process.send_signal(signal.SIGINT)
    detached = sweep.finish()
    running = asked_for(kit)
    kit.kubectl("delete", "job", "loadtest-sweep", "--namespace", "loadtest", "--wait=false")

    assert detached.code == 130
    assert "detached; the sweep goes on" in detached.error
    assert running != BEFORE
    demand_as_before(kit)
    pods = [
        "pods",
        "--namespace",
        "loadtest",
        "--selector",
        "app.kubernetes.io/component in (sweep,injector)",
    ]
    until(lambda: kit.get(*pods)["items"] == [], "the pods of the sweep are gone", 180)


def test_make_scale_scales_the_worker_deployment(kit: Kit) -> None:
    """
    `make scale` ends when the workers of the current version are ready.
    """
    done = kit.make("scale", "N=2")

    assert done.code == 0
    assert replicas(kit) == 2
    assert made(kit)[current(kit)]["status"]["readyReplicas"] == 2
    assert kit.make("scale", "N=1").code == 0
    assert current(kit) in kit.make("status").out
