"""
Workers that are not ours: a plain Deployment of somebody else's, a load test that is installed for it, and what that leaves.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from kit_commands import CHECKOUT, FetchedRun, Kit, fetch, until

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

FOREIGN = CHECKOUT / "k8s" / "e2e" / "foreign"
EXAMPLE = CHECKOUT / "worker" / "examples" / "bakery"
RELEASE = "bakery"
JOB = ("--job", "bakery-loadtest-sweep")
CLAIM = "bakery-loadtest-results"
SLOTS = 7  # as oven_worker.py gives itself
# 2 x 34 x 3 activities are the 200 samples that a p95 needs, less those that wait in no queue (eager).
PLAN = """
name = "bakery"
task_queue = "sourdough"
replicas = [1]
warm_up_seconds = 5
drain_seconds = 180
injectors = 1
[[loads]]
kind = "open"
arrival_rate = 2
window_seconds = 34
[loads.arrivals]
kind = "constant"
[work]
seconds = 0.2
spread = "constant"
[slo]
schedule_to_start_p95_seconds = 5
"""


@dataclass(frozen=True, slots=True)
class Bakery:
    """
    The foreign Deployment, and the load test beside ours that is installed for it.

    Attributes:
        kit: The cluster.
        values: A file with the values of our own load test: image, server, resources.
    """

    kit: Kit
    values: Path

    def ovens(self) -> dict[str, Any]:
        """
        Return the Deployment.
        """
        found: dict[str, Any] = self.kit.deployment("ovens", "bakery")
        return found

    def install(self, *settings: str) -> None:
        """
        Install the load test, or upgrade it, for the bakery.
        """
        workers = "workers.namespace=bakery,workers.deployment=ovens,workers.metricsPort=9464"
        given = ["--values", str(self.values), "--set", ",".join((workers, *settings))]
        done = self.kit.helm(
            "upgrade", "--install", RELEASE, "charts/loadtest", "--namespace", "loadtest", *given
        )
        assert done.code == 0, done.said

    def uninstall(self) -> None:
        """
        Uninstall it.
        """
        done = self.kit.helm("uninstall", RELEASE, "--namespace", "loadtest")
        assert done.code == 0, done.said

    def left(self) -> set[str]:
        """
        Return what there is of the release in both namespaces, as ``kind/name``.
        """
        kinds = "all,configmaps,serviceaccounts,roles,rolebindings,networkpolicies,persistentvolumeclaims"
        return {
            f"{one['kind']}/{one['metadata']['name']}"
            for namespace in ("loadtest", "bakery")
            for one in self.kit.get(kinds, "--namespace", namespace)["items"]
            if one["metadata"]["name"].startswith("bakery-loadtest")
        }


@pytest.fixture(scope="module")
def bakery(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bakery]:
    """
    Two ovens at work; all of it is taken away at last.
    """
    values = tmp_path_factory.mktemp("bakery") / "values.yaml"
    values.write_text(
        kit.helm("get", "values", "loadtest", "--namespace", "loadtest", "--output", "yaml").out
    )
    image = kit.deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
    namespace, fence, ovens = yaml.safe_load_all((FOREIGN / "bakery.yaml").read_text())
    ovens["spec"]["template"]["spec"]["containers"][0]["image"] = image
    kit.kubectl("apply", "--filename", "-", given=yaml.safe_dump(namespace))
    try:
        files = [f"--from-file={file}" for file in (EXAMPLE / "bread.py", FOREIGN / "oven_worker.py")]
        kit.kubectl("create", "configmap", "code", "--namespace", "bakery", *files)
        kit.kubectl("apply", "--filename", "-", given=yaml.safe_dump_all([fence, ovens]))
        kit.kubectl("rollout", "status", "deployment/ovens", "--namespace", "bakery", "--timeout", "90s")
        yield Bakery(kit, values)
    finally:
        kit.helm("uninstall", RELEASE, "--namespace", "loadtest", "--ignore-not-found")
        kit.ask("delete", "persistentvolumeclaim", CLAIM, "--namespace", "loadtest", "--ignore-not-found")
        kit.ask("delete", "networkpolicy", "bakery", "--namespace", "temporal")
        kit.ask("delete", "namespace", "bakery")


def fixed_part(deployment: dict[str, Any]) -> dict[str, Any]:
    """
    What a sweep may not change: the whole Deployment but its count, its status and the API's bookkeeping.
    """
    found = copy.deepcopy({key: deployment[key] for key in ("metadata", "spec")})
    del found["spec"]["replicas"]
    for key in ("resourceVersion", "generation"):
        del found["metadata"][key]
    return found


@dataclass(frozen=True, slots=True)
class Swept:
    """
    A sweep of the ovens by one replica, while two are there.

    Attributes:
        run: The run that was fetched.
        before, meanwhile: The Deployment before and during the sweep.
    """

    run: FetchedRun
    before: dict[str, Any]
    meanwhile: dict[str, Any]


@pytest.fixture(scope="module")
def swept(bakery: Bakery) -> Swept:
    """
    The sweep, ended and fetched.
    """
    before = bakery.ovens()
    bakery.install()
    own = ["--deployment", "bakery/ovens", "--scenario", str(EXAMPLE / "scenario.py")]
    sweep = bakery.kit.submit(PLAN, *JOB, *own)
    sweep.wait_for("PhaseStarted", phase="window")
    meanwhile = bakery.ovens()
    finished = sweep.finish()
    assert finished.is_measured, finished.out[-2000:] + finished.error
    return Swept(fetch(bakery.kit, *JOB), before, meanwhile)


def test_a_foreign_deployment_is_measured(swept: Swept) -> None:
    """
    Orders, waits, slots and SDK are in the run, from its own page, its heartbeats and the server, which agree.
    """
    # A step that a busy machine spoilt is measured again by itself; what counts is the last.
    *_, step = swept.run.read("sweep.json")["steps"]
    *_, measured = swept.run.measured()

    # A machine that is busy with other work may be overloaded by it, which is a figure too.
    assert step["verdict"] in ("valid", "overloaded"), step["reasons"]
    assert step["counts"]["server"] == step["counts"]["worker"] == step["counts"]["sent"] > 0
    assert step["schedule_to_start_seconds"]["activity"]["n"] >= 100
    assert step["activity_slots"] == SLOTS
    (worker,) = measured["workers"]
    assert worker["sdk"].startswith("temporal-python")
    assert measured["injector"]["whole"]["failed"] == {}
    (identity,) = measured["identities_start"]
    assert identity.startswith("ovens-")
    assert (swept.run.path / "report.html").stat().st_size > 50_000


def test_a_foreign_deployment_is_given_back(bakery: Bakery, swept: Swept) -> None:
    """
    One replica while it is swept and two again in the end; nothing else of it has changed, and no Lease is left.
    """
    assert swept.meanwhile["status"]["readyReplicas"] == 1
    until(lambda: bakery.ovens()["status"].get("readyReplicas") == 2, "two ovens are at work")
    after = bakery.ovens()

    assert after["spec"]["replicas"] == 2
    assert fixed_part(after) == fixed_part(swept.meanwhile) == fixed_part(swept.before)
    assert bakery.kit.ask("get", "lease", "bakery.ovens", "--namespace", "bakery").code != 0


def test_results_survive_the_release(bakery: Bakery, swept: Swept, tmp_path: Path) -> None:
    """
    Uninstalled, it leaves its claim and nothing else, the sweep's Job neither; a release of the same name has the run.
    """
    bakery.uninstall()
    until(lambda: bakery.left() == {f"PersistentVolumeClaim/{CLAIM}"}, "only the claim is left", 60)

    bakery.install()
    again = fetch(Kit(tmp_path), swept.run.path.name, *JOB)

    assert again.read("sweep.json") == swept.run.read("sweep.json")
    assert (again.path / "report.html").read_bytes() == (swept.run.path / "report.html").read_bytes()


def test_results_go_with_the_release_when_asked(bakery: Bakery, swept: Swept) -> None:
    """
    `results.keep=false`, given to a release that kept them, and all of it goes.
    """
    bakery.install("results.keep=false")

    bakery.uninstall()

    until(lambda: bakery.left() == set(), "nothing is left", 60)
