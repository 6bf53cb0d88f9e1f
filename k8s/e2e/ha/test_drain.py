"""
A node goes while orders are worked on: none is lost, and none is done twice.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import pytest
from kit_commands import WORKERS, Kit, until
from order_pod import bring_orders, ends_of_orders, take_away

# The first test waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

SERVICES = ("frontend", "history", "matching", "worker")
RATE, SECONDS = 2.0, 90.0


def pods_of(kit: Kit, service: str) -> list[dict[str, Any]]:
    """
    The ready pods of a service of Temporal's that are not about to go.
    """
    found = kit.get("pods", "-n", "temporal", "--selector", f"app.kubernetes.io/component={service}")["items"]
    return [
        pod
        for pod in found
        if "deletionTimestamp" not in pod["metadata"]
        and all(one["ready"] for one in pod["status"].get("containerStatuses", [{"ready": False}]))
    ]


def nodes_of(kit: Kit, service: str) -> set[str]:
    """
    The nodes on which a service's pods run.
    """
    return {pod["spec"]["nodeName"] for pod in pods_of(kit, service)}


def has_two_pods(kit: Kit, service: str) -> bool:
    """
    Tell whether a service has two ready pods that stay.
    """
    return len(pods_of(kit, service)) == 2


def test_two_pods_of_each_service_on_two_nodes_in_two_zones(kit: Kit) -> None:
    """
    Each service has two ready pods, never on one node, hence in both zones, and a budget that lets one go.
    """
    zones = {
        node["metadata"]["name"]: node["metadata"]["labels"].get("topology.kubernetes.io/zone")
        for node in kit.get("nodes")["items"]
    }
    for service in (*SERVICES, "web"):
        until(partial(has_two_pods, kit, service), f"two pods of {service}", 300)
        assert {zones[node] for node in nodes_of(kit, service)} == {"left", "right"}, service
        budget = kit.get("poddisruptionbudget", f"temporal-{service}-pdb", "-n", "temporal")
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert budget["status"]["disruptionsAllowed"] == 1


def test_a_drained_node_loses_no_order_and_doubles_none(kit: Kit) -> None:
    """
    While orders come, the node without the database is drained: its pods move, every order ends settled, and the
    ledger has each of them once.
    """
    (database,) = kit.get("pods", "-n", "temporal", "--selector", "app.kubernetes.io/name=postgres")["items"]
    (node,) = nodes_of(kit, "frontend") - {database["spec"]["nodeName"]}
    image = kit.deployment()["spec"]["template"]["spec"]["containers"][0]["image"]
    bring_orders(kit, image, prefix := f"drained-{int(time.time())}", RATE, SECONDS)
    try:
        time.sleep(15)
        began = time.monotonic()
        drain = ["drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=300s"]
        drained = kit.ask(*drain, timeout=320)
        print(f"drained {node} in {time.monotonic() - began:.0f} s")
        assert drained.code == 0, drained.said
        until(
            lambda: all(
                has_two_pods(kit, service) and node not in nodes_of(kit, service) for service in SERVICES
            ),
            "every service has two pods elsewhere",
            300,
        )
        ends = ends_of_orders(kit, 1500)
    finally:
        kit.ask("uncordon", node)
        take_away(kit)

    print(f"{len(ends)} orders; callers had to ask again {sum(again for _, again in ends.values())} times")
    assert {name: end for name, (end, _) in ends.items() if end != "settled"} == {}
    assert len(ends) == int(RATE * SECONDS)
    # `repairshop ledger check` knows what one order may have in the ledger, and reads it where the workers write it.
    names = "\n".join(ends)
    script = "cat >/tmp/started && repairshop ledger check --started /tmp/started"
    pod = ["exec", "--stdin", f"deployment/{WORKERS}", "-n", "repair-shop", "--", "sh", "-c", script]
    checked = kit.ask(*pod, given=names)
    print(checked.said)
    assert checked.code == 0, checked.said
    assert "0 lost" in checked.out
    assert "0 doubled" in checked.out
    assert all(name.startswith(prefix) for name in ends)
