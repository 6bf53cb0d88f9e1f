"""
Versions of the workers that Temporal's worker controller rolls out while orders come.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from kit_commands import Done, Kit, until
from order_pod import bring_orders, ends_of_orders, take_away
from worker_versions import SECOND, current, made, orders_of, pods, ramp, rollout, target

# The first test waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

RATE, SECONDS, WORK_SECONDS = 1.5, 240.0, 2.0


def test_the_first_version_is_current_at_once(kit: Kit) -> None:
    """
    Whatever the steps say, as nobody else takes orders; its Deployment is the controller's, and the only one.
    """
    first = current(kit)

    assert first == target(kit) != ""
    assert list(made(kit)) == [first]
    (owner,) = made(kit)[first]["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["controller"]) == ("WorkerDeployment", "repair-worker", True)
    assert "/temporal-system/" in rollout(kit)["managerIdentity"]


def test_a_new_version_ramps_up_and_the_old_one_goes(kit: Kit, deploy: Callable[[str], Done]) -> None:
    """
    While orders come, a new version receives a quarter of them, then three quarters, then all; every order is
    settled, on the version that it began on; and once the old version's last order has ended its pods go by themselves.
    """
    old = current(kit)
    image = made(kit)[old]["spec"]["template"]["spec"]["containers"][0]["image"]
    bring_orders(kit, image, prefix := f"ramp-{int(time.time())}", RATE, SECONDS, WORK_SECONDS)
    shares: list[float] = []
    began = datetime.now(UTC)
    try:
        time.sleep(15)
        asked = datetime.now(UTC)
        with ThreadPoolExecutor(1) as background:
            deployed = background.submit(deploy, SECOND)
            until(lambda: target(kit) != old, "the controller knows the new version")
            new = target(kit)
            while current(kit) == old:
                if (share := ramp(kit)) is not None and share not in shares:
                    shares.append(share)
                    print(f"{(datetime.now(UTC) - began).total_seconds():.0f} s: {share:g} % to {new}")
                assert datetime.now(UTC).timestamp() - began.timestamp() < 400, rollout(kit)
                time.sleep(1)
            promoted = datetime.now(UTC)
            print(f"{(promoted - began).total_seconds():.0f} s: {new} is current")
            assert deployed.result().code == 0
        ends = ends_of_orders(kit, 300)
    finally:
        take_away(kit)
    until(lambda: old not in made(kit), "the old version's Deployment is gone", 240)
    print(f"{(datetime.now(UTC) - began).total_seconds():.0f} s: {old} is gone")
    until(lambda: pods(kit, old) == [], "the old version's pods have ended", 90)

    orders = asyncio.run(orders_of(prefix))
    on_new = [order for order in orders.values() if order.build == new]
    ramped = [order for order in orders.values() if asked < order.started < promoted]
    print(
        f"{len(orders)} orders, {len(on_new)} on the new version; of {len(ramped)} between the deploy and the end"
    )
    print(
        f"of the ramp {sum(order.build == new for order in ramped)}; asked again: {sum(n for _, n in ends.values())}"
    )
    assert shares == [25.0, 75.0]
    assert {outcome for outcome, _ in ends.values()} == {"settled"}
    assert len(ends) == len(orders) == int(RATE * SECONDS)
    assert {order.status for order in orders.values()} == {"COMPLETED"}
    assert {order.build for order in orders.values()} == {old, new}
    assert {order.build for order in orders.values() if order.started < asked} == {old}
    # The server's clock is the machine's; a second is more than the routing takes.
    late = [order for order in orders.values() if order.started.timestamp() > promoted.timestamp() + 3]
    assert {order.build for order in late} == {new}
