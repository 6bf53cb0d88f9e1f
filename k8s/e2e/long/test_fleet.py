"""
Eight workers and four injectors in one sweep.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from kit_commands import WORKERS, Kit, fetch

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

WORKER_COUNT, INJECTOR_COUNT = 8, 4
# Orders of six seconds, so that eight workers are not more than a small machine carries; shorter windows have too few.
PLAN = f"""
name = "fleet"
replicas = [{WORKER_COUNT}]
injectors = {INJECTOR_COUNT}
warm_up_seconds = 8
drain_seconds = 120
[[loads]]
kind = "saturate"
window_seconds = 30
in_flight_per_slot = 2
[[loads]]
kind = "open"
arrival_rate = 2
window_seconds = 30
[loads.arrivals]
kind = "constant"
[work]
seconds = 1.0
spread = "uniform"
[slo]
schedule_to_start_p95_seconds = 5
"""


@pytest.fixture
def room(kit: Kit) -> Iterator[Kit]:
    """
    Pods that ask for so little CPU that a node of two cores takes all of them; in the end they ask as before.
    """
    little = ["--reuse-values", "--wait", "--set"]
    for release, namespace, request in (
        (WORKERS, "repair-shop", "resources.requests.cpu=20m"),
        ("loadtest", "loadtest", "injectors.resources.requests.cpu=20m"),
    ):
        chart = f"charts/{'repair-worker' if release == WORKERS else release}"
        done = kit.helm("upgrade", release, chart, "--namespace", namespace, *little, request)
        assert done.code == 0, done.said
    yield kit
    kit.end_sweeps()  # its workers would ask for more than the node has, and the deploy wait for them
    assert kit.make("deploy", f"PROFILE={os.environ.get('E2E_PROFILE', 'dev')}", "GRAFANA=0").code == 0


def test_every_worker_and_every_injector_counts(room: Kit) -> None:
    """
    Each of the eight polls before a step begins and works in it, each of the four starts its share, and what server,
    workers and injectors count is one number.
    """
    before = room.deployment()["spec"]["replicas"]

    finished = room.submit(PLAN).finish(1500)

    # 1: the bound is missed, as a busy machine may; 3: it left no step valid, which is not what is asked here.
    assert finished.code in (0, 1, 3), finished.out[-2000:] + finished.error
    run = fetch(room)
    for step, measured in zip(run.read("sweep.json")["steps"], run.measured(), strict=True):
        print(step["step"], step["verdict"], step["throughput_per_second"], step["counts"], step["reasons"])
        injectors = measured["injector"]["per_injector"]
        assert len(measured["identities_start"]) == WORKER_COUNT
        assert len(injectors) == INJECTOR_COUNT
        assert {one["replica"] for one in measured["workers"]} == set(measured["identities_start"])
        assert measured["injector"]["whole"]["failed"] == {}
        assert step["counts"]["server"] == step["counts"]["worker"] == step["counts"]["sent"] > 0
    assert room.deployment()["spec"]["replicas"] == before
