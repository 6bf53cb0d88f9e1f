"""
What is read of a real server 1.29: all that it counts, exactly, and nothing of what it does not.
"""

from __future__ import annotations

import asyncio
import fcntl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from metrics_worker import StartWorker
from real_server import Server, running_server
from temporalio.client import Client

from loadtest.probe.page_scraper import PageScraper
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica

ROOT = Path(__file__).parents[3]
TEMPORAL = ROOT / ".venv" / "older-server" / "bin" / "temporal"
WORKFLOWS = 6
ACTIVITIES = 3
SETTLE_SECONDS = 1.1  # some of its counters are written once a second
pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    Temporal server 1.29.1; the tests skip where it cannot be fetched, as an index may drop what is old.
    """
    with (ROOT / "Makefile").open() as held:  # two processes of pytest must not make the same at once
        fcntl.flock(held, fcntl.LOCK_EX)
        made = subprocess.run(["make", "older-server"], cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no Temporal server 1.29; `make older-server` says {made.stderr.strip()[-200:]}")
    with running_server(tmp_path_factory.mktemp("server"), TEMPORAL) as running:
        yield running


async def test_counts_of_an_older_server_are_what_was_done_or_not_known(
    server: Server, client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    It does not count the workflows that close; successes, activities, waits, transitions and actions it does.
    """
    await start_worker()
    metrics, pages = PageScraper("default", task_queue), {"server": server.metrics_url}
    before = await metrics.scrape(pages, "server")

    async def run_one(number: int) -> None:
        name = f"{task_queue}-{number}"
        await client.execute_workflow("Small", {}, id=name, task_queue=task_queue)

    await asyncio.gather(*map(run_one, range(WORKFLOWS)))
    await asyncio.sleep(SETTLE_SECONDS)
    after = await metrics.scrape(pages, "server")

    found = metrics.difference(before, after, "server")
    metrics.close()
    assert found.counters.keys().isdisjoint({"server.workflow_closed", "server.tasks_added"})
    assert found.counters["server.workflow_success"] == WORKFLOWS
    assert found.counters["server.activity_completed"] == WORKFLOWS * ACTIVITIES
    assert found.histograms["server.activity_schedule_to_start"].count >= WORKFLOWS * ACTIVITIES
    assert found.counters["server.state_transitions"] >= WORKFLOWS * (1 + 2 * ACTIVITIES)
    assert found.by_label["server.actions"] == {
        "grpc_StartWorkflowExecution": WORKFLOWS,
        "command_ScheduleActivityTask": WORKFLOWS * ACTIVITIES,
    }


async def test_what_waits_and_who_works_on_an_older_server(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Its backlog is the real one, and a worker whose heartbeats it does not keep is known by its page.
    """
    worker = await start_worker()
    alone = f"{task_queue}-nobody"
    for number in range(3):
        await client.start_workflow("Small", {}, id=f"{alone}-{number}", task_queue=alone)
    queue, probe = DescribedQueue(client, alone), WorkerProbe(client, task_queue)

    async with asyncio.timeout(30):
        while (look := await queue.look()) is None or look.workflow_tasks != 3:  # noqa: ASYNC110 - seconds late
            await asyncio.sleep(0.3)
    (facts,) = await probe.facts([Replica(worker.identity, worker.url, None, 0.0)])
    polled = await DescribedQueue(client, task_queue).look()
    probe.close()

    assert look.activity_tasks == 0
    assert facts.source == "page"
    assert facts.activity_slots is not None
    assert polled is not None
    assert worker.identity in polled.activity_pollers.keys() & polled.workflow_pollers.keys()
    assert polled.idle == {}
