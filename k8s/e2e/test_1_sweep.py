"""
A sweep as a Job in a real cluster, and its report here.
"""

from __future__ import annotations

import time

import pytest
from kit_commands import WORKERS, Kit, fetch, until
from steady_plan import STEADY_PLAN

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

INJECTORS = "app.kubernetes.io/component=injector"
PLAN = f'name = "e2e"\nreplicas = [1, 2]\nshuffle = false{STEADY_PLAN}'


def test_a_sweep_runs_as_a_job_and_its_report_comes_here(kit: Kit) -> None:
    """
    Two injector pods load one and two workers; scaling is seen; the fetched run is whole, valid and has a report;
    the workers' count and the injectors are as before.
    """
    before = kit.deployment()["spec"]["replicas"]
    started = time.monotonic()
    sweep = kit.submit(PLAN)
    sweep.wait_for("PhaseStarted", phase="window")
    assert kit.deployment()["status"]["readyReplicas"] == 1
    sweep.wait_for("StepEnded")
    sweep.wait_for("PhaseStarted", phase="window")
    assert kit.deployment()["status"]["readyReplicas"] == 2
    finished = sweep.finish()
    print(f"the sweep took {time.monotonic() - started:.0f} s")

    assert finished.code == 0, finished.out[-2000:] + finished.error
    fetched = fetch(kit)
    assert (fetched.path / "report.html").stat().st_size > 50_000
    assert fetched.read("sweep.json")["verdict"] == "pass"
    assert fetched.read("manifest.json")["target"] == "kubernetes"
    steps = fetched.measured()
    assert [step["key"]["replicas"] for step in steps] == [1, 2]
    for step in steps:
        assert len(step["injector"]["per_injector"]) == 2
        assert len(step["identities_start"]) == step["key"]["replicas"]
        assert step["injector"]["whole"]["failed"] == {}
        assert step["use"]["worker"]["cpu_seconds"] > 0
        assert step["use"]["server"]["why"].startswith("metrics.k8s.io averages over")
        assert step["server_window"]["counters"]

    deployment = kit.deployment()
    assert deployment["spec"]["replicas"] == before
    assert kit.ask("get", "lease", f"repair-shop.{WORKERS}", "--namespace", "repair-shop").code != 0
    until(
        lambda: kit.get("jobs", "--namespace", "loadtest", "--selector", INJECTORS)["items"] == [],
        "no injectors are left",
    )


def test_the_newest_run_is_kept_on_the_volume(kit: Kit) -> None:
    """A run that is here already is not overwritten, and a name that is not there is answered with those that are."""
    kit.loadtest("fetch", "--output", str(kit.results))

    again = kit.loadtest("fetch", "--output", str(kit.results))
    unknown = kit.loadtest("fetch", "nosuch", "--output", str(kit.results))

    assert again.code == 2
    assert "is there already" in again.error
    assert unknown.code == 2
    assert "nosuch: no such run; there are: 2" in unknown.error


def test_somebody_polls_the_queue(kit: Kit) -> None:
    """`helm test` of the workers' chart passes."""
    done = kit.helm("test", "repair-worker", "--namespace", "repair-shop", "--logs")

    assert done.code == 0, done.said
    assert "repair-shop: polled by repair-worker-" in done.out
