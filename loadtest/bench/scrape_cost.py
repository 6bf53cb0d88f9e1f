"""
What looking costs: a scrape of the server's page, of the workers' pages, a look at the task queue.

Run it on a quiet machine: ``python loadtest/bench/scrape_cost.py [replicas]``.  It starts a dev server and
workers, fills their pages with a load like the demo's, and prints one table.  CPU is taken when nothing else runs,
times under load; then the same load runs with and without a look each second.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
from temporalio.client import Client

from loadtest.analysis.estimators.bucket_quantile import quantile
from loadtest.connection import connect
from loadtest.plan import WorkerSetup
from loadtest.probe.http_page import fetch
from loadtest.probe.page import PageScope, cut, read
from loadtest.probe.page_difference import difference
from loadtest.probe.page_scraper import PageScraper
from loadtest.probe.task_queue import DescribedQueue
from loadtest.target.dev_server import find_temporal, start_dev_server
from loadtest.target.local_target import LocalTarget, Workers
from loadtest.target.local_worker_command import OWN_WORKER
from repairshop.contract import REPAIR_WORKFLOW, TASK_QUEUE, RepairOrder, Spread, WorkProfile, workflow_id

LOOKS = 20
WINDOW_SECONDS = 10
Look = Callable[[], Awaitable[object]]


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


async def cpu_of(look: Look, server: int) -> tuple[float, float]:
    """
    CPU milliseconds of one look: of this process and of the server, beyond what both need when idle.
    """
    await look()
    begun, own, theirs = time.monotonic(), time.process_time(), cpu_seconds(server)
    for _ in range(LOOKS):
        await look()
        await asyncio.sleep(0.05)
    took, own, theirs = time.monotonic() - begun, time.process_time() - own, cpu_seconds(server) - theirs
    idle_own, idle = time.process_time(), cpu_seconds(server)
    await asyncio.sleep(took)
    idle_own, idle = time.process_time() - idle_own, cpu_seconds(server) - idle
    return (own - idle_own) / LOOKS * 1e3, (theirs - idle) / LOOKS * 1e3


async def seconds_of(look: Look) -> list[float]:
    """
    How long each of some looks takes, sorted.
    """
    taken = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        await look()
        taken.append(time.perf_counter() - begun)
        await asyncio.sleep(0.2)
    return sorted(taken)


def milliseconds(taken: list[float]) -> str:
    return " / ".join(
        f"{s * 1e3:.1f}" for s in (statistics.median(taken), taken[int(len(taken) * 0.95)], taken[-1])
    )


class Load:
    """
    Keeps some orders open until it is stopped.
    """

    def __init__(self, client: Client, in_flight: int) -> None:
        self._client = client
        self._numbers = itertools.count()
        self._runs = [asyncio.create_task(self._run()) for _ in range(in_flight)]
        self._going = True
        self.closed = 0

    async def _run(self) -> None:
        while self._going:
            order = RepairOrder(
                order_id=f"cost-{next(self._numbers)}",
                work=WorkProfile(seconds=0.3, spread=Spread.UNIFORM, spread_ratio=0.5),
            )
            await self._client.execute_workflow(
                REPAIR_WORKFLOW, order, id=workflow_id(order.order_id), task_queue=TASK_QUEUE
            )
            self.closed += 1

    async def stop(self) -> None:
        self._going = False
        await asyncio.gather(*self._runs)


async def main(replicas: int, folder: Path) -> None:
    server = await start_dev_server(find_temporal(None), folder)
    workers = Workers(OWN_WORKER, TASK_QUEUE, "default", WorkerSetup(activity_slots=4))
    target = LocalTarget(workers, folder, {server.address: server.access(workers.namespace)}, server)
    try:
        pages = {r.identity: r.metrics_url or "" for r in await target.scale(replicas)}
        client = await connect(server.address)
        metrics, queue = PageScraper("default", TASK_QUEUE), DescribedQueue(client, TASK_QUEUE)
        looks: dict[str, Look] = {
            "server page": lambda: metrics.scrape({"server": server.metrics_url}, "server"),
            f"{replicas} worker pages": lambda: metrics.scrape(pages, "worker"),
            "task queue": queue.look,
        }
        load = Load(client, replicas * 3)  # fewer than slots, so that waits are the queue's own
        await asyncio.sleep(10)
        times = {name: await seconds_of(look) for name, look in looks.items()}
        activity = await compare(metrics, pages, looks)
        await load.stop()
        await asyncio.sleep(2)

        print("| look | ms under load, p50 / p95 / max | CPU ms, own | CPU ms, server |")
        print("|---|---|---|---|")
        for name, look in looks.items():
            own, theirs = await cpu_of(look, server.child.pid)
            print(f"| {name} | {milliseconds(times[name])} | {own:.1f} | {theirs:.1f} |")
        print()
        for name, url, role in (
            ("server", server.metrics_url, "server"),
            ("a worker", next(iter(pages.values())), "worker"),
        ):
            sizes(name, fetch(name, url), role)
        print()
        print(
            "activities per second and the p50 and p99 of their waits, without and with all looks each second:"
        )
        for line in activity:
            print(line)
    finally:
        await target.end()
        await server.end()


async def compare(metrics: PageScraper, pages: dict[str, str], looks: dict[str, Look]) -> list[str]:
    lines = []
    for number in range(4):
        before = await metrics.scrape(pages, "worker")
        end = time.monotonic() + WINDOW_SECONDS
        while time.monotonic() < end:
            if number % 2:
                await asyncio.gather(*(look() for look in looks.values()))
            await asyncio.sleep(1)
        d = metrics.difference(before, await metrics.scrape(pages, "worker"), "worker")
        waits = d.histograms["worker.activity_schedule_to_start"]
        p50, p99 = (quantile(waits, q) * 1e3 for q in (0.5, 0.99))
        rate = d.counters["worker.activity_finished"] / d.seconds
        lines.append(
            f"{('without', 'with')[number % 2]}: {rate:.1f}/s, {p50:.1f} and {p99:.1f} ms, n = {waits.count}"
        )
    return lines


def sizes(name: str, body: bytes, role: str) -> None:
    """
    Print how large a page is, what is kept, and what each stage costs.
    """

    def best(stage: Callable[[], object]) -> float:
        taken = []
        for _ in range(5):
            begun = time.perf_counter()
            stage()
            taken.append(time.perf_counter() - begun)
        return min(taken) * 1e3

    text = cut(body, role)
    page = read(name, text)
    scope = PageScope("default", TASK_QUEUE)
    lines = len(text.splitlines())
    print(
        f"{name}: {len(body) / 1e3:.0f} kB, kept {len(text) / 1e3:.0f} kB in {lines} lines; "
        f"cut {best(lambda: cut(body, role)):.1f} ms, "
        f"read {best(lambda: read.__wrapped__(name, text)):.1f} ms, "
        f"difference {best(lambda: difference(1.0, [page], [page], role, scope)):.1f} ms"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 4, Path(made)))
    sys.stdout.flush()
    time.sleep(0.3)
    os._exit(0)  # an interpreter that ends right after its last RPC may crash
