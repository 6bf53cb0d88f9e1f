"""
What the once-a-second look costs beside many workers, and how late the edges of a window are meanwhile.

``python loadtest/bench/timeline_sampling_cost.py [PAGES ...]`` takes a page of a real worker under load, serves it from so many
small HTTP servers with counters that grow, and runs the sweep's own recorder and edges against them.  The CPU is that
of this process, which is the sweep's; the servers are another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from scrape_cost import Load

from loadtest.analysis.twin import FixedWindow
from loadtest.connection import connect
from loadtest.experiment.clock import SystemClock
from loadtest.experiment.ports import Backlog
from loadtest.experiment.timeline_recorder import TimelineRecorder, WindowWatch
from loadtest.plan import Arrivals, Work, WorkerSetup
from loadtest.probe.http_page import fetch
from loadtest.probe.page_scraper import PageScraper
from loadtest.results.step_instruction import StepInstruction
from loadtest.target.dev_server import find_temporal, start_dev_server
from loadtest.target.local_target import LocalTarget, Workers
from loadtest.target.local_worker_command import OWN_WORKER
from repairshop.contract import TASK_QUEUE

SECONDS = 20
EDGES = 8
_PAGES = Path(__file__).parent / "parts" / "growing_metrics_pages.py"


class NoQueue:
    """
    A task queue of which nothing is known; its three calls are measured by scrape_cost.
    """

    @property
    def unanswered(self) -> str | None:
        """It is asked nothing."""
        return None

    async def give_new_workflows(self, since: float) -> None:
        """Nobody has a version."""

    async def limit_activities(self, per_second: float | None) -> None:
        """It has no limit."""

    async def look(self) -> Backlog | None:
        return None


async def real_page(folder: Path) -> str:
    """
    The page of a worker that has done some hundred activities.
    """
    server = await start_dev_server(find_temporal(None), folder)
    workers = Workers(OWN_WORKER, TASK_QUEUE, "default", WorkerSetup(activity_slots=4))
    target = LocalTarget(workers, folder, {server.address: server.access(workers.namespace)}, server)
    try:
        (replica,) = await target.scale(1)
        load = Load(await connect(server.address), 6)
        await asyncio.sleep(12)
        await load.stop()
        return fetch("worker", replica.metrics_url or "").decode()
    finally:
        await target.end()
        await server.end()


@contextlib.asynccontextmanager
async def fleet(count: int, page: Path) -> AsyncIterator[Mapping[str, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_PAGES),
        str(count),
        str(page),
        str(2 * SECONDS + 30),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        ports = json.loads(await process.stdout.readline())
        yield {f"worker-{number:03}": f"http://127.0.0.1:{port}/metrics" for number, port in enumerate(ports)}
    finally:
        process.terminate()
        await process.wait()


async def lateness(metrics: PageScraper, endpoints: Mapping[str, str]) -> tuple[list[float], list[float]]:
    """
    How late some edges begin, and how long their looks at all pages take.
    """
    late, took = [], []
    for number in range(EDGES):
        # Beside the second, where the recorder's look is under way.
        at = time.time() + 2.0
        at = int(at) + 0.02 + 0.08 * (number % 4)
        await asyncio.sleep(max(0.0, at - time.time()))
        late.append(time.time() - at)
        begun = time.perf_counter()
        await metrics.scrape(endpoints, "worker")
        took.append(time.perf_counter() - begun)
    return late, took


async def cpu_of_a_look(metrics: PageScraper, endpoints: Mapping[str, str]) -> tuple[float, int, list[str]]:
    """
    CPU seconds of one look, the looks made, and what could not be seen.
    """
    recorder = recorder_of(metrics, endpoints)
    looking = asyncio.create_task(recorder.run())
    await asyncio.sleep(2)
    before, cpu = len(recorder.seconds), time.process_time()
    await asyncio.sleep(SECONDS)
    looks = len(recorder.seconds) - before
    cost = (time.process_time() - cpu) / looks
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    finished = [second.activities_finished for second in recorder.seconds]
    assert finished[-1] is not None and finished[1] is not None and finished[-1] > finished[1], finished
    return cost, looks, recorder.gaps


def recorder_of(metrics: PageScraper, endpoints: Mapping[str, str]) -> TimelineRecorder:
    instruction = StepInstruction(
        step="bench",
        id_prefix="bench",
        scenario="repair",
        task_queue=TASK_QUEUE,
        seed=1,
        schedule_seed="1",
        work=Work(),
        arrival_rate=1.0,
        in_flight=None,
        arrivals=Arrivals(),
        # On whole seconds, so that the edges above know where its looks are.
        start_at=float(int(time.time())),
        warm_up_seconds=0.0,
        window_seconds=1e6,
        drain_seconds=1.0,
        max_in_flight=1,
        end_to_end_bound_seconds=None,
    )
    watch = WindowWatch(FixedWindow(1e6), 0.15)
    return TimelineRecorder(
        metrics, NoQueue(), endpoints, instruction, watch, lambda _second, _sentence: None, SystemClock()
    )


async def main(counts: Sequence[int], folder: Path) -> None:
    page = folder / "page"
    page.write_text(await real_page(folder), encoding="utf-8")
    print(f"a page has {page.stat().st_size / 1e3:.0f} kB")
    print(
        "| pages | looks each second, % of a core | edge late, ms, p50 / max | edge's look at all pages, ms, p50 / max |"
    )
    print("|---|---|---|---|")
    for count in counts:
        async with fleet(count, page) as endpoints:
            metrics = PageScraper("default", TASK_QUEUE)
            cost, looks, gaps = await cpu_of_a_look(metrics, endpoints)
            looking = asyncio.create_task(recorder_of(metrics, endpoints).run())
            late, took = await lateness(metrics, endpoints)
            looking.cancel()
            metrics.close()
        ms = [f"{statistics.median(part) * 1e3:.1f} / {max(part) * 1e3:.1f}" for part in (late, took)]
        print(f"| {count} | {cost * 100:.1f} | {ms[0]} | {ms[1]} |")
        print(f"  {looks} looks; {'; '.join(gaps) or 'every page was read'}", file=sys.stderr)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main([int(one) for one in sys.argv[1:]] or [4, 20, 200], Path(made)))
    sys.stdout.flush()
    time.sleep(0.3)
    os._exit(0)  # an interpreter that ends right after its last RPC may crash
