"""
One look at a worker's page serves the timeline and the watch of the workers, and a page that stops is seen at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerSlotsInfo

from loadtest.probe.page_scraper import PageBody, PageCache, PageScraper
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.measured_step import Replica

PAGE = (
    'temporal_worker_task_slots_available{namespace="default",service_name="temporal-core-sdk",'
    'task_queue="q",worker_type="ActivityWorker"} 4\n'
)


@dataclass
class Page:
    """A page of four free slots."""

    url: str = ""
    asked: list[float] = field(default_factory=list)
    status: int = 200


@pytest.fixture
def page() -> Iterator[Page]:
    """A worker's page that counts who asks for it."""
    made = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(time.time())
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(PAGE.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/metrics"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


NOBODY = SimpleNamespace(namespace="default")


def _beat(age: float) -> WorkerHeartbeat:
    slots = WorkerSlotsInfo(current_available_slots=4, slot_supplier_kind="Fixed")
    beat = WorkerHeartbeat(worker_identity="worker-1", status=1, activity_task_slots_info=slots)
    beat.heartbeat_time.FromNanoseconds(round((time.time() - age) * 1e9))
    beat.elapsed_since_last_heartbeat.FromSeconds(60)
    return beat


async def test_one_look_serves_both(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe reads what was just read, with the time of that look; an old page is read anew."""
    cache = PageCache()
    metrics = PageScraper("default", "q", cache)
    probe = WorkerProbe(NOBODY, "q", cache)  # type: ignore[arg-type]  # its page tells, so no server is asked
    replicas = [Replica("worker-1", page.url, 1, 0.0)]
    monkeypatch.setattr("loadtest.probe.page_scraper.refuse_absent", lambda read, role: None)

    scrape = await metrics.scrape({"worker-1": page.url}, "worker")
    facts = (await probe.looks(replicas))["worker-1"]

    assert len(page.asked) == 1
    assert facts is not None
    assert facts.activity_slots == 4
    assert facts.at == pytest.approx(scrape.at, abs=0.5)
    cache.keep(page.url, PageBody(time.time() - 5, b""))
    anew = (await probe.looks(replicas))["worker-1"]
    assert len(page.asked) == 2
    assert anew is not None
    assert anew.activity_slots == 4
    metrics.close()
    probe.close()


@pytest.mark.parametrize(
    ("age", "lives"), [pytest.param(20.0, False, id="old"), pytest.param(0.5, True, id="new")]
)
async def test_an_old_heartbeat_does_not_stand_for_a_page_that_stopped(
    page: Page, monkeypatch: pytest.MonkeyPatch, age: float, lives: bool
) -> None:
    """A stopped process has a heartbeat for up to a minute; one of just now says that only the page is gone."""
    probe = WorkerProbe(NOBODY, "q")  # type: ignore[arg-type]  # its one call is replaced below

    async def beats(_: object) -> list[WorkerHeartbeat]:
        return [_beat(age)]

    monkeypatch.setattr(probe, "_beats", beats)
    replicas = [Replica("worker-1", page.url, None, 0.0)]

    before = (await probe.looks(replicas))["worker-1"]
    page.status = 503
    after = (await probe.looks(replicas))["worker-1"]

    assert before is not None
    assert before.source == "page"
    assert (after is not None) is lives
    probe.close()


def test_heartbeats_alone_stand_for_as_long_as_their_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker without a page is heard every minute, and lives between."""
    probe = WorkerProbe(NOBODY, "q")  # type: ignore[arg-type]  # its one call is replaced below

    async def beats(_: object) -> list[WorkerHeartbeat]:
        return [_beat(20.0)]

    monkeypatch.setattr(probe, "_beats", beats)

    looks = asyncio.run(probe.looks([Replica("worker-1", None, None, 0.0)]))

    assert looks["worker-1"] is not None


async def test_a_page_that_told_before_the_step_and_no_look_since_is_lost(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that stops before the first look of the step has told its slots when the step was prepared."""
    probe = WorkerProbe(NOBODY, "q")  # type: ignore[arg-type]  # its one call is replaced below

    async def beats(_: object) -> list[WorkerHeartbeat]:
        return [_beat(20.0)]

    monkeypatch.setattr(probe, "_beats", beats)
    replicas = [Replica("worker-1", page.url, None, 0.0)]

    await probe.facts(replicas)
    page.status = 503
    assert (await probe.looks(replicas))["worker-1"] is None
    probe.close()
