"""
What happens to orders, figures and replica counts when pods come and go under load.
"""

from __future__ import annotations

from typing import Any

import pytest
from kit_commands import WORKERS, Kit, fetch, until

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = """
name = "disturbed"
replicas = [2]
warm_up_seconds = 4
drain_seconds = 180
injectors = 2
[[loads]]
kind = "open"
arrival_rate = 0.6
window_seconds = 30
[loads.arrivals]
kind = "constant"
[work]
seconds = 0.3
spread = "constant"
[slo]
schedule_to_start_p95_seconds = 30
"""
SHORT = PLAN.replace("window_seconds = 30", "window_seconds = 17").replace("replicas = [2]", "replicas = [1]")
KEPT = "temporal-kit/original-replicas"
LEASE = f"repair-shop.{WORKERS}"


def lost_or_failed(step: dict[str, Any]) -> dict[str, Any]:
    """
    What became of orders other than a good end.
    """
    injector = step["injector"]
    whole = injector["whole"]
    return {
        "failed": whole["failed"],
        "not started": whole["offered"] - whole["acknowledged"],
        "not completed": whole["acknowledged"] - whole["completed"],
        "open": injector["open_at_end"],
    }


NOTHING = {"failed": {}, "not started": 0, "not completed": 0, "open": 0}


def pods(kit: Kit, component: str, namespace: str) -> list[str]:
    """
    Names of the running pods of a component.
    """
    found = kit.get(
        "pods",
        "--namespace",
        namespace,
        "--selector",
        f"app.kubernetes.io/component={component}",
        "--field-selector",
        "status.phase=Running",
    )
    return [pod["metadata"]["name"] for pod in found["items"]]


def test_a_rolling_update_fails_no_order(kit: Kit) -> None:
    """
    While every worker pod is replaced under load, each order ends well, and the step says that its workers changed.
    """
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    kit.kubectl("rollout", "restart", f"deployment/{WORKERS}", "--namespace", "repair-shop")
    second = kit.loadtest("submit", "loadtest/plans/smoke.toml")
    finished = sweep.finish()
    kit.kubectl(
        "rollout", "status", f"deployment/{WORKERS}", "--namespace", "repair-shop", "--timeout", "120s"
    )

    # One sweep at a time: the running one holds the workers' Lease.
    assert second.code == 2
    assert f"holds Lease repair-shop/{LEASE}" in second.error
    step, *again = fetch(kit).measured()
    assert lost_or_failed(step) == NOTHING
    # The second may be replaced after the window, where the machine is slow.
    assert len(step["gone"]) >= 1
    # The spoilt step is measured again by itself.
    assert [one["key"]["attempt"] for one in again] == [2]
    assert finished.code in (0, 3)


def test_a_deleted_worker_loses_no_order(kit: Kit) -> None:
    """A worker pod deleted under load hands its orders over."""
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    victim = pods(kit, "worker", "repair-shop")[0]
    kit.kubectl("delete", "pod", victim, "--namespace", "repair-shop", "--wait=false")
    finished = sweep.finish()

    step, *again = fetch(kit).measured()
    assert lost_or_failed(step) == NOTHING
    assert victim in step["gone"]
    assert [one["key"]["attempt"] for one in again] == [2]
    assert finished.code in (0, 3)


def test_a_deleted_injector_makes_the_step_invalid_and_not_wrong(kit: Kit) -> None:
    """Without one of its injectors a step has a reason to be invalid, and its count is not passed off as the rate."""
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    victim = pods(kit, "injector", "loadtest")[0]
    kit.kubectl("delete", "pod", victim, "--namespace", "loadtest", "--grace-period=0", "--force")
    finished = sweep.finish()

    assert finished.code in (0, 3)
    run = fetch(kit)
    step, *_ = run.measured()
    problems = [problem["text"] for problem in step["injector"]["problems"]]
    assert any("injector" in text for text in problems), problems
    assert run.read("sweep.json")["steps"][0]["verdict"] == "invalid"


def test_a_killed_sweep_is_made_good_by_the_next(kit: Kit) -> None:
    """
    A sweep killed in mid-step leaves the count that it found, if it could not restore it; the next run does.
    """
    kit.kubectl("scale", f"deployment/{WORKERS}", "--replicas=1", "--namespace", "repair-shop")
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    (victim,) = pods(kit, "sweep", "loadtest")
    kit.kubectl("delete", "job", "loadtest-sweep", "--namespace", "loadtest", "--cascade=orphan")
    kit.kubectl("delete", "pod", victim, "--namespace", "loadtest", "--grace-period=0", "--force")
    killed = sweep.finish()
    left = kit.deployment()

    assert killed.code == 2
    assert "the Job was deleted while it ran" in killed.error
    # A kubelet gives even a pod that is deleted by force a second, in which the sweep may have restored the count.
    if left["spec"]["replicas"] != 1:
        assert left["spec"]["replicas"] == 2
        assert kit.get("lease", LEASE, "--namespace", "repair-shop")["metadata"]["annotations"][KEPT] == "1"

    kit.sweep(SHORT)

    restored = kit.deployment()
    assert restored["spec"]["replicas"] == 1
    assert kit.ask("get", "lease", LEASE, "--namespace", "repair-shop").code != 0


def test_a_deleted_job_restores_and_reports_by_itself(kit: Kit) -> None:
    """SIGTERM in mid-step: the pod drains, restores the workers' count and takes the injectors down in its grace period."""
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    kit.kubectl("delete", "job", "loadtest-sweep", "--namespace", "loadtest", "--wait=false")
    sweep.finish()

    until(
        lambda: kit.ask("get", "lease", LEASE, "--namespace", "repair-shop").code != 0,
        "the count is restored",
    )
    assert kit.deployment()["spec"]["replicas"] == 1
    until(lambda: pods(kit, "injector", "loadtest") == [], "no injectors are left")
