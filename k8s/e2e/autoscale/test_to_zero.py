"""
A queue that is quiet most of the time: its workers go to zero and come back, and what runs is never cut off.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from autoscale_timeline import QUEUE, activity_attempts
from forwarded_frontend import frontend
from kit_commands import CHECKOUT, WORKERS, Kit, until
from required_addons import demand
from temporalio.client import Client

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

HERE = Path(__file__).parent
LONG_SECONDS = 60.0


@pytest.fixture(scope="module")
def quiet(cluster: Kit) -> Iterator[Kit]:
    """
    Workers that go when nothing waits and no slot is used for 20 s; afterwards they are plain ones again.
    """
    demand(cluster, "crd/scaledobjects.keda.sh")
    values = str((HERE / "to-zero-values.yaml").relative_to(CHECKOUT))
    deployed = cluster.make(
        "deploy", "PROFILE=dev", "GRAFANA=0", "AUTOSCALE=slots", f"WORKER_VALUES={values}"
    )
    assert deployed.code == 0
    yield cluster
    assert cluster.make("deploy", "PROFILE=dev", "GRAFANA=0", "AUTOSCALE=none").code == 0


@pytest.fixture
async def client(quiet: Kit) -> AsyncIterator[Client]:
    """
    The server, as a caller outside of the cluster sees it.
    """
    with frontend() as address:
        yield await Client.connect(address)


def workers(kit: Kit) -> tuple[int, int]:
    """
    How many workers are wanted, and how many of them are ready.
    """
    found = kit.deployment()
    return found["spec"].get("replicas", 0), found["status"].get("readyReplicas", 0)


def conditions(kit: Kit) -> dict[str, str]:
    """
    What KEDA says of the workers' ScaledObject, the status by its type.
    """
    found = kit.get("scaledobject", WORKERS, "--namespace", "repair-shop")
    return {one["type"]: one["status"] for one in found["status"]["conditions"]}


def test_without_workers_nothing_is_wrong(quiet: Kit) -> None:
    """Whoever waits for the release waits for its ScaledObject, though at zero there are no slots to see."""
    until(lambda: workers(quiet) == (0, 0), "no worker without work", 300)
    # Several looks of KEDA, of which none brings a worker.
    time.sleep(30)

    assert conditions(quiet)["Ready"] == "True"
    assert workers(quiet) == (0, 0)


async def test_a_long_activity_outlives_the_quiet_around_it(quiet: Kit, client: Client) -> None:
    """
    From no worker at all one order brings one, whose activity of a minute is done once, though the queue is empty
    for three times as long as KEDA waits; then the last worker goes.
    """
    until(lambda: workers(quiet) == (0, 0), "no worker without work", 300)
    name = f"long-{int(time.time())}"
    given = {"order_id": name, "repair_seconds": LONG_SECONDS, "checklist": ["screen"]}
    began = time.monotonic()

    handle = await client.start_workflow("RepairWorkflow", given, id=f"repair-{name}", task_queue=QUEUE)
    await handle.result(rpc_timeout=timedelta(seconds=60))
    took = time.monotonic() - began
    attempts = await activity_attempts(client, f"repair-{name}")
    until(lambda: workers(quiet) == (0, 0), "the last worker goes", 300)

    print(f"{took:.0f} s from no worker to the order's end; attempts {attempts}")
    assert took > LONG_SECONDS
    assert set(attempts) == {1}


def test_somebody_works_when_the_autoscaler_goes(quiet: Kit) -> None:
    """It goes while there is no worker, and nobody else would bring one."""
    until(lambda: workers(quiet)[0] == 0, "no worker without work", 300)

    deployed = quiet.make("deploy", "PROFILE=dev", "GRAFANA=0", "AUTOSCALE=none")

    assert deployed.code == 0
    assert workers(quiet) == (1, 1)
