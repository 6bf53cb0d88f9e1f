"""
Workers to whose containers a LimitRange has given a limit of CPU.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from kit_commands import WORKERS, Kit, fetch

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

CORES = 0.3
LIMITS = {
    "apiVersion": "v1",
    "kind": "LimitRange",
    "metadata": {"name": "throttles", "namespace": "repair-shop"},
    "spec": {"limits": [{"type": "Container", "default": {"cpu": f"{CORES * 1000:.0f}m"}}]},
}
# Six activities that compute 20 ms each: the limit is spent long before four slots are full of them.
PLAN = """
name = "throttled"
replicas = [1]
warm_up_seconds = 5
drain_seconds = 120
loads = [{ kind = "saturate", window_seconds = 20, in_flight_per_slot = 2 }]
[work]
seconds = 0
spread = "constant"
cpu_seconds = 0.02
"""


@pytest.fixture
def throttled(kit: Kit) -> Iterator[Kit]:
    """
    New worker pods under the LimitRange; afterwards new ones without it.
    """
    restart = ["rollout", "restart", f"deployment/{WORKERS}", "--namespace", "repair-shop"]
    ready = ["rollout", "status", f"deployment/{WORKERS}", "--namespace", "repair-shop", "--timeout=110s"]
    kit.kubectl("apply", "--filename", "-", given=json.dumps(LIMITS))
    try:
        kit.kubectl(*restart)
        kit.kubectl(*ready)
        yield kit
    finally:
        kit.kubectl("delete", "limitrange", "throttles", "--namespace", "repair-shop")
        kit.kubectl(*restart)
        kit.kubectl(*ready)


def test_a_limit_that_nobody_wrote_into_the_chart_is_named(throttled: Kit) -> None:
    """
    The workers use what the LimitRange leaves them, and the step names their CPU before all else.
    """
    finished = throttled.sweep(PLAN)

    assert finished.is_measured, finished.out[-2000:] + finished.error
    run = fetch(throttled)
    *_, step = run.read("sweep.json")["steps"]
    *_, measured = run.measured()
    cores = measured["use"]["worker"]["cpu_seconds"] / measured["window_seconds"]
    print(f"{cores:.2f} cores of {CORES}; {step['suspects']}")
    assert measured["limits"]["worker_core_limit"] == CORES
    # The kernel lets a container spend in one period what the one before left; a second on the edge is little of 20.
    assert cores < CORES * 1.15
    assert step["suspects"][0]["name"] == "CPU of the workers"
