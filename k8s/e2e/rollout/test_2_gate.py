"""
A version that must finish a workflow before it receives any order.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from kit_commands import Done, Kit, until
from order_pod import bring_orders, ends_of_orders, take_away
from worker_versions import (
    DEPLOYMENT,
    SECOND,
    current,
    current_since,
    gate_of,
    made,
    orders_of,
    pods,
    ramp,
    rollout,
    target,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

BROKEN = [{"step": "inspect_item", "permanent": True}]
LOOKS_SECONDS = 25


def values(name: str, faults: list[dict[str, Any]]) -> str:
    """
    The values of a build that was never there, whose gate is an inspection with what goes wrong in it.
    """
    order = {"order_id": f"gate-{name}", "checklist": ["screen"], "faults": faults}
    gate = {
        "workflowType": "InspectionWorkflow",
        "input": {"order": order, "round": 0, "repaired_by": []},
    }
    rollout = {"strategy": "AllAtOnce", "gate": gate}
    made = {"made-at": f"{name}-{int(time.time())}"}
    return json.dumps({"podAnnotations": made, "workerDeployment": {"rollout": rollout}})


def at_the_gate(kit: Kit) -> list[str]:
    """
    How the workflows at the gate ended.
    """
    return [one["status"] for one in rollout(kit)["targetVersion"].get("testWorkflows", [])]


def test_a_version_that_fails_at_its_gate_is_not_made_current(
    kit: Kit, deploy: Callable[[str], Done]
) -> None:
    """
    Its pods are ready, and yet it receives nothing; `make status` says which workflow failed. Taken back, its pods go.
    """
    assert deploy(SECOND).code == 0
    until(lambda: current(kit) == target(kit), "the good version is current", 180)
    good = current(kit)

    done = deploy(values("broken", BROKEN))
    until(lambda: at_the_gate(kit) == ["Failed"], "the gate's workflow has failed")
    bad = target(kit)
    time.sleep(LOOKS_SECONDS)

    assert bad != good == current(kit)
    assert ramp(kit) is None
    assert made(kit)[bad]["status"]["availableReplicas"] == 1
    assert done.code == 0
    assert f"version {bad} rolls out beside {good} by itself" in done.out
    workflow = f"test-repair-shop/repair-worker:{bad}-repair-shop"
    assert f"workflow {workflow} at the gate of repair-worker: Failed" in kit.make("status").out
    assert deploy(SECOND).code == 0
    until(lambda: target(kit) == good, "the good version is asked for again")
    until(lambda: pods(kit, bad) == [], "the bad version's pods have gone", 180)
    assert current(kit) == good


def test_a_version_that_passes_its_gate_becomes_current(kit: Kit, deploy: Callable[[str], Done]) -> None:
    """
    The same workflow without a fault ends on the new version, then that is current and the next orders are its own.
    """
    before = current(kit)

    assert deploy(values("sound", [])).code == 0
    until(lambda: current(kit) not in ("", before), "the version is current", 180)

    new = current(kit)
    assert new == target(kit)
    gate, ended = asyncio.run(gate_of(new))
    assert (gate.build, gate.status) == (new, "COMPLETED")
    build, since = asyncio.run(current_since())
    assert build == new
    assert ended is not None
    print(f"{new}: the gate's workflow ended {(since - ended).total_seconds():.0f} s before it was current")
    assert ended <= since
    assert f"workflow test-{DEPLOYMENT}:{new}" not in kit.make("status").out
    image = made(kit)[new]["spec"]["template"]["spec"]["containers"][0]["image"]
    bring_orders(kit, image, prefix := f"gate-{int(time.time())}", 2.0, 3.0)
    try:
        ends = ends_of_orders(kit, 120)
    finally:
        take_away(kit)
    assert {outcome for outcome, _ in ends.values()} == {"settled"}
    until(lambda: len(asyncio.run(orders_of(prefix))) == 6, "the server lists the orders")
    assert {order.build for order in asyncio.run(orders_of(prefix)).values()} == {new}
