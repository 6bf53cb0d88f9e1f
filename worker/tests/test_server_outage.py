"""
A server that goes away and comes back, while orders are under way.
"""

from __future__ import annotations

import asyncio
import os

import pytest
from processes import Server, StartWorker, wait_until
from shop import new_order, start_order
from temporalio.client import Client, WorkflowHandle

from repairshop.contract import RepairResult, WorkProfile

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]
# By hand with 60; what matters to the SDK is that calls fail for longer than one of them may take.
ABSENCE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "12"))


async def start(client: Client, task_queue: str) -> WorkflowHandle[object, RepairResult]:
    """
    Start one order that takes a few seconds.
    """
    return await start_order(client, task_queue, new_order(work=WorkProfile(seconds=0.5)))


async def test_no_order_is_lost_while_the_server_restarts_or_is_away(
    own_server: Server, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Killed and started at once, then killed and left away: the worker waits, says so, goes on by itself, and
    every order that the server had answered for is settled.
    """
    client = await Client.connect(own_server.address)
    worker = start_worker(address=own_server.address, activity_slots=4).wait_ready()
    handles = [await start(client, task_queue) for _ in range(8)]
    wait_until(lambda: "repairshop_activities_total{" in worker.get("/metrics")[1], "orders are under way")

    own_server.stop()
    own_server.start()
    handles += [await start(client, task_queue) for _ in range(8)]
    own_server.stop()
    wait_until(lambda: worker.get("/readyz")[0] == 503, "worker says that the server is away")
    told = worker.get("/readyz")[1]
    alive = worker.get("/livez")
    await asyncio.sleep(ABSENCE_SECONDS)
    own_server.start()
    outcomes = [(await handle.result()).outcome for handle in handles]

    assert outcomes == ["settled"] * 16
    assert told.startswith("server does not answer: ")
    assert alive[0] == 200
    wait_until(lambda: worker.get("/readyz") == (200, "ok\n"), "worker says that the server is back")
    assert worker.errors.count("server answers again") >= 1
    assert worker.end() == 0


async def test_a_worker_that_is_told_to_end_while_the_server_is_away_ends(
    own_server: Server, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Nobody answers its farewell: it ends with the grace, by 1, and says that the server is why.
    """
    worker = start_worker(address=own_server.address, graceful_shutdown_seconds=5).wait_ready()
    own_server.stop()
    wait_until(lambda: worker.get("/readyz")[0] == 503, "worker says that the server is away")

    code = worker.end(seconds=30)

    assert code == 1
    assert "grace is over: server does not answer: " in worker.errors
    assert "Traceback" not in worker.errors
