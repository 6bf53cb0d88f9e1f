"""
A sweep that loses its own pod, and one that loses the server's database.
"""

from __future__ import annotations

import os

import pytest
from kit_commands import WORKERS, Kit, fetch, until
from steady_plan import STEADY_PLAN

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PLAN = f'name = "lost-parts"\nreplicas = [1, 2]\nshuffle = false{STEADY_PLAN}'
# A server without a database for a while finishes its orders later.
ONE_STEP = PLAN.replace("[1, 2]", "[1]").replace("drain_seconds = 60", "drain_seconds = 180")
LEASE = f"repair-shop.{WORKERS}"
SWEEPS = "app.kubernetes.io/component=sweep"


def test_a_run_whose_pod_was_killed_is_resumed(kit: Kit) -> None:
    """
    The pod is gone in the middle of the second step: the Job has failed and says so, and `--resume` measures that step
    again, keeps the first one as it was, and brings back the count that the killed one had found.
    """
    before = kit.deployment()["spec"]["replicas"]
    sweep = kit.submit(PLAN)
    sweep.wait_for("StepEnded")
    sweep.wait_for("PhaseStarted", phase="window")
    kit.kubectl(
        "delete", "pods", "--selector", SWEEPS, "--namespace", "loadtest", "--grace-period=0", "--force"
    )
    killed = sweep.finish()
    broken = fetch(kit)
    (kept,) = broken.path.glob("steps/*/measured.json")
    first = kept.read_bytes()

    finished = kit.follow("--resume", broken.path.name).finish()

    assert killed.code == 2
    assert "the sweep's pod was deleted while it ran" in killed.error
    # A busy machine may miss the bound, and may leave it undecided; 2 would be a run that cannot be resumed.
    assert finished.code in (0, 1, 3), finished.out[-2000:] + finished.error
    whole = fetch(Kit(kit.results / "resumed"), broken.path.name)
    assert (whole.path / kept.relative_to(broken.path)).read_bytes() == first
    assert {step["key"]["replicas"] for step in whole.measured()} == {1, 2}
    assert kit.deployment()["spec"]["replicas"] == before
    assert kit.ask("get", "lease", LEASE, "--namespace", "repair-shop").code != 0


@pytest.mark.skipif(
    os.environ.get("E2E_PROFILE", "dev") != "postgres", reason="the development server has no database"
)
def test_a_killed_database_disturbs_the_step(kit: Kit) -> None:
    """
    The database's pod is killed in the middle of a window: the step is disturbed by that and measured again, and no
    order is lost.
    """
    sweep = kit.submit(ONE_STEP)
    sweep.wait_for("PhaseStarted", phase="window")
    kit.kubectl("delete", "pod", "postgres-0", "--namespace", "temporal", "--grace-period=0", "--force")
    finished = sweep.finish(600)

    assert finished.code in (0, 1, 3), finished.out[-2000:] + finished.error
    run = fetch(kit)
    first, *again = run.read("sweep.json")["steps"]
    print(first["verdict"], first["reasons"], [one["verdict"] for one in again])
    assert first["verdict"] == "invalid"
    assert any("postgres-0/postgres" in reason for reason in first["reasons"]), first["reasons"]
    assert again[-1]["verdict"] in ("valid", "overloaded")
    spoilt, *_ = run.measured()
    whole = spoilt["injector"]["whole"]
    assert whole["failed"] == {}
    assert whole["completed"] == whole["acknowledged"]
    until(lambda: kit.deployment()["status"].get("readyReplicas") == 1, "the worker is ready")
