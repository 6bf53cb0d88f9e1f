"""
On a real server and real workers every count equals what was done.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from metrics_worker import MetricsWorker, StartWorker, launch_worker, wait_until_it_polls
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client, WorkflowFailureError

from loadtest.errors import CounterResetError, FamilyAbsentError, MeasurementError
from loadtest.free_ports import free_ports
from loadtest.probe.http_page import fetch
from loadtest.probe.page import PageScope, cut, read, series
from loadtest.probe.page_scraper import PageScraper

pytestmark = pytest.mark.server

WORKFLOWS = 10
ACTIVITIES = 3
# Some of the server's counters are written once a second.
SETTLE_SECONDS = 1.1


@dataclass(frozen=True)
class Fleet:
    """
    Workers that run for all tests of this file that leave them as they are.

    Attributes:
        task_queue: Their task queue.
        workers: The workers.
    """

    task_queue: str
    workers: tuple[MetricsWorker, ...]

    @property
    def pages(self) -> dict[str, str]:
        """
        Their pages by identity.
        """
        return {worker.identity: worker.url for worker in self.workers}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """
    A server of this file's own: one counts activities of all queues together, and those of another file may still end.
    """
    from real_server import running_server

    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


async def _running(server: Any, kind: str, count: int) -> AsyncIterator[Fleet]:
    queue = f"scraped-{kind}-{os.getpid()}"
    workers = [await launch_worker(server.address, queue, port, kind, {}) for port in free_ports(count)]
    try:
        for worker in workers:
            await wait_until_it_polls(worker)
        yield Fleet(queue, tuple(workers))
    finally:
        for worker in workers:
            await worker.kill()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(server: Any) -> AsyncIterator[Fleet]:
    """
    Two workers whose pages are in the kit's manner.
    """
    async for fleet in _running(server, "kit", 2):
        yield fleet


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stranger(server: Any) -> AsyncIterator[Fleet]:
    """
    A worker whose page is as the SDK writes it by default: in milliseconds and without suffixes.
    """
    async for fleet in _running(server, "default", 1):
        yield fleet


async def run_small(client: Client, task_queue: str, number: int, **order: Any) -> None:
    handle = await client.start_workflow("Small", order, id=f"{task_queue}-{number}", task_queue=task_queue)
    try:
        await handle.result()
    except WorkflowFailureError:
        assert order.get("fails"), "a workflow failed that was not asked to"


async def test_counts_equal_what_was_done(server: Any, client: Client, pair: Fleet) -> None:
    """
    Workflows, activities, retries and failures are counted exactly, by two workers and by the server.
    """
    pages = pair.pages
    metrics = PageScraper("default", pair.task_queue)
    at_server = {"server": server.metrics_url}

    before = await metrics.scrape(pages, "worker"), await metrics.scrape(at_server, "server")
    orders: list[dict[str, Any]] = [{} for _ in range(WORKFLOWS)]
    orders[3], orders[7], orders[8] = {"failures": 2}, {"fails": True}, {"fails": True}
    await asyncio.gather(*(run_small(client, pair.task_queue, i, **order) for i, order in enumerate(orders)))
    await asyncio.sleep(SETTLE_SECONDS)
    after = await metrics.scrape(pages, "worker"), await metrics.scrape(at_server, "server")

    worker = metrics.difference(before[0], after[0], "worker")
    assert worker.counters["worker.workflow_completed"] == WORKFLOWS - 2
    assert worker.counters["worker.workflow_failed"] == 2
    assert worker.by_label["worker.workflow_failed"] == {"Small": 2}
    assert worker.counters["worker.activity_finished"] == WORKFLOWS * ACTIVITIES + 2
    assert worker.by_label["worker.activity_failed"] == {"work": 2}
    assert worker.histograms["worker.workflow_endtoend"].count == WORKFLOWS
    # A retried attempt is taken from the queue again.
    waits = worker.histograms["worker.activity_schedule_to_start"]
    assert waits.count == WORKFLOWS * ACTIVITIES + 2
    assert waits.bounds[0] == 0.001

    at_server_too = metrics.difference(before[1], after[1], "server")
    assert at_server_too.counters["server.workflow_closed"] == WORKFLOWS
    assert at_server_too.counters["server.workflow_success"] == WORKFLOWS - 2
    assert at_server_too.counters["server.workflow_failed"] == 2
    assert at_server_too.counters["server.activity_completed"] == WORKFLOWS * ACTIVITIES
    # The server counts a task's start before it is written, so one whose write is tried again counts twice.
    assert at_server_too.histograms["server.activity_schedule_to_start"].count >= waits.count
    tasks = worker.histograms["worker.workflow_schedule_to_start"].count
    assert at_server_too.histograms["server.workflow_schedule_to_start"].count >= tasks
    assert at_server_too.counters["server.poll_success"] >= tasks + waits.count
    assert at_server_too.by_label["server.poll_success"].keys() == {"Activity", "Workflow"}
    # Start, and for each activity and each workflow task at least its scheduling or start and its end.
    assert at_server_too.counters["server.state_transitions"] >= WORKFLOWS * (1 + 2 * ACTIVITIES)
    assert at_server_too.histograms["server.persistence_latency"].count > 0
    assert at_server_too.histograms["server.shard_lock"].count > 0


async def test_another_queues_workflows_are_not_counted(server: Any, client: Client, pair: Fleet) -> None:
    """
    What happens on another task queue of the same server leaves the counts alone.
    """
    metrics = PageScraper("default", f"not-{pair.task_queue}")

    before = await metrics.scrape({"server": server.metrics_url}, "server")
    await run_small(client, pair.task_queue, 100)
    await asyncio.sleep(SETTLE_SECONDS)
    after = await metrics.scrape({"server": server.metrics_url}, "server")

    counted = metrics.difference(before, after, "server").counters
    assert counted["server.workflow_closed"] == 0
    assert counted["server.poll_success"] == 0


async def test_gauges_of_a_running_worker(client: Client, pair: Fleet, tmp_path: Path) -> None:
    """
    Slots in use and pollers are read over all workers.
    """
    metrics = PageScraper("default", pair.task_queue)
    held_by = tmp_path / "held"
    held_by.touch()

    running = [
        await client.start_workflow(
            "Small", {"held_by": str(held_by)}, id=f"{pair.task_queue}-{number}", task_queue=pair.task_queue
        )
        for number in range(200, 203)
    ]  # three at a time on eight slots, however late the last of them begins
    used = 0.0
    async with asyncio.timeout(60):
        while used < 3:
            await asyncio.sleep(0.05)
            look = await metrics.scrape(pair.pages, "worker")
            used = metrics.gauge(look, "worker.slots_used") or 0.0
    free = metrics.gauge(look, "worker.slots_available")
    pollers = metrics.gauge_by(look, "worker.pollers")
    held_by.unlink()
    # The server counts activities of all queues together: none may end in a later test.
    for handle in running:
        await handle.result()
    await asyncio.sleep(SETTLE_SECONDS)

    assert (used, free) == (3, 5)
    assert pollers["activity_task"] > 0
    assert pollers["workflow_task"] > 0
    assert metrics.gauge(look, "worker.start_time") is not None


async def test_a_restarted_worker_is_a_reset(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    A worker that was killed and started anew on the same port is told, whatever its counters say.
    """
    worker = await start_worker()
    metrics = PageScraper("default", task_queue)
    pages = {"worker-1": worker.url}
    before = await metrics.scrape(pages, "worker")

    await worker.kill()
    await start_worker(port=worker.port)
    after = await metrics.scrape(pages, "worker")

    with pytest.raises(CounterResetError, match="worker-1: its process started anew"):
        metrics.difference(before, after, "worker")


async def test_a_strangers_page_is_refused(stranger: Fleet) -> None:
    """
    The SDK's default metrics, in milliseconds and without suffixes, are refused with the setting to change.
    """
    (worker,) = stranger.workers

    with pytest.raises(FamilyAbsentError) as refused:
        await PageScraper("default", stranger.task_queue).scrape(stranger.pages, "worker")

    text = str(refused.value)
    assert text.startswith(f"{worker.identity}: its /metrics page lacks temporal_request_latency_seconds;")
    assert "durations_as_seconds" in text


async def test_a_strangers_work_is_measured_by_the_server(
    server: Any, client: Client, stranger: Fleet
) -> None:
    """
    The server counts the workflows, activities and waits of a worker whose page cannot be read.
    """
    metrics = PageScraper("default", stranger.task_queue)

    before = await metrics.scrape({"server": server.metrics_url}, "server")
    await asyncio.gather(*(run_small(client, stranger.task_queue, i) for i in range(5)))
    await asyncio.sleep(SETTLE_SECONDS)
    after = await metrics.scrape({"server": server.metrics_url}, "server")

    difference = metrics.difference(before, after, "server")
    assert difference.counters["server.workflow_closed"] == 5
    assert difference.counters["server.activity_completed"] == 5 * ACTIVITIES
    assert difference.histograms["server.activity_schedule_to_start"].count >= 5 * ACTIVITIES


async def test_nobody_there(task_queue: str) -> None:
    """
    A page that does not answer is an error that names endpoint, address and cause.
    """
    with pytest.raises(
        MeasurementError, match=r"worker-7: http://127\.0\.0\.1:1/ does not answer \(.*refused"
    ):
        await PageScraper("default", task_queue).scrape({"worker-7": "http://127.0.0.1:1/"}, "worker")


async def test_a_proxy_of_the_environment_is_not_asked(
    server: Any, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Pages are fetched directly even where the environment names a proxy.
    """
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    look = await PageScraper("default", task_queue).scrape({"server": server.metrics_url}, "server")

    assert "restarts{" in look.pages["server"]


async def test_lines_are_read_as_prometheus_reads_them(server: Any, client: Client, task_queue: str) -> None:
    """
    Every kept line of a server's page has the labels and the value that Prometheus' own parser finds.
    """
    await client.start_workflow("Small", {}, id=task_queue, task_queue=task_queue)
    body = await asyncio.to_thread(fetch, "server", server.metrics_url)

    text = cut(body, "server")
    ours = {
        (line.name, tuple(sorted(line.labels.items()))): value
        for identity, value in read("server", text).values.items()
        for line in [series(identity, "server", PageScope("default", task_queue))]
    }

    theirs = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert {*text.splitlines()} <= {*body.decode().splitlines()}
    assert len(ours) > 100
    assert {key: theirs[key] for key in ours} == ours
