"""
What a running stack is made of: its processes, its load, and what is known of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fake_exporters import KUBERNETES_NAMESPACE, exporters
from prometheus_programs import needs
from real_server import wait_until_it_serves

from dashboards.local_prometheus import KUBERNETES_RELABELING, LocalPrometheus, write_targets
from loadtest.free_ports import free_ports
from loadtest.injector.launch import InjectorPlace, launch
from loadtest.listeners.step_info import StepInfo
from loadtest.plan import Arrivals, Work
from loadtest.probe.page_scraper import PageScraper
from loadtest.results.failure import FailureKind, count_of
from loadtest.results.metric_difference import Difference
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey
from loadtest.server_access import ServerAccess
from loadtest.target.dev_server import DYNAMIC_CONFIG, command, find_temporal

QUEUE = "repair-shop"
MISCHIEF = "mischief"
RATE = 2.0
SECONDS = 12.0
# Polls come back empty and backlogs are told sooner than a test waits; what is asked of them stays the same.
FASTER = {
    "matching.longPollExpirationInterval": '"3s"',
    "matching.backlogMetricsEmitInterval": '"1s"',
    # A limit that one client can reach without the others: nobody else lists workflows here.
    "frontend.namespaceRPS.visibility": "1",
    "frontend.namespaceBurstRatio.visibility": "1",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """
    The running processes, and when the load on them was steady.

    Attributes:
        prometheus: Prometheus that scrapes all of it each second, with the kit's rules.
        began, ended: Unix times of the first and the last arrival.
        sent: Number of starts that left the injector.
        workers: What the workers counted from before the first arrival until after the last close, read in the same way
            as by a sweep.
    """

    prometheus: LocalPrometheus
    began: float
    ended: float
    sent: int
    workers: Difference


@contextlib.contextmanager
def process(
    argv: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """
    Run a process as long as the block does.
    """
    with log.open("w") as output:
        running = subprocess.Popen(
            argv,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.close()
        running.stdout.close()
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def dev_server(port: int, http: int, metrics: int) -> list[str]:
    """
    The dev server's command line, as the local target sets it up and faster; on disk its orders would take minutes.
    """
    config = {**DYNAMIC_CONFIG, **FASTER}
    return command(find_temporal(None), port, http, metrics, log_level="error", config=config)


def worker_environment(address: str, port: int) -> dict[str, str]:
    """
    Return the environment of a worker with the least cost, as many tests share the machine.
    """
    return {
        "TEMPORAL_ADDRESS": address,
        "REPAIRSHOP_TASK_QUEUE": QUEUE,
        "REPAIRSHOP_HEALTH_PORT": str(port),
        "REPAIRSHOP_IDENTITY": f"watched-{port}",
        "REPAIRSHOP_ACTIVITY_SLOTS": "6",
        "REPAIRSHOP_SANDBOX": "false",
        "REPAIRSHOP_EAGER_ACTIVITIES": "false",
    }


def order(step: str, prefix: str, seconds: float) -> StepInstruction:
    """
    An open load with activities that fail now and then.
    """
    return StepInstruction(
        step=step,
        id_prefix=prefix,
        scenario="repair",
        task_queue=QUEUE,
        seed=1,
        schedule_seed="1",
        work=Work(seconds=0.05, failure_probability=0.05),
        arrival_rate=RATE,
        in_flight=None,
        arrivals=Arrivals(),
        start_at=time.time() + 1.0,
        warm_up_seconds=0.0,
        window_seconds=seconds,
        drain_seconds=240.0,
        max_in_flight=500,
        end_to_end_bound_seconds=None,
    )


# How long nothing happens after the last close.
QUIET_SECONDS = 10.0


async def load(
    address: str, injector_port: int, info: StepInfo, logs: Path, workers: dict[str, str]
) -> tuple[float, float, int, Difference]:
    """
    One step of load, then some starts of the same orders, which the server refuses.
    """
    pages = PageScraper("default", QUEUE)
    key = StepKey(replicas=2, load=0, kind="open", repetition=1)
    server, place = ServerAccess(address, "default", {}), InjectorPlace(metrics_port=injector_port)
    async with launch(server, injectors=1, logs=logs, place=place) as locust:
        # A counter that appears with its first events hides them from rate(): let each be there before.
        await locust.run(order("2-open-0", "warm", 2.0), lambda second: None)
        await asyncio.sleep(QUIET_SECONDS / 2)
        before = await pages.scrape(workers, "worker")
        first = order("2-open-1", "watched", SECONDS)
        info.tell(key, "window")
        report = await locust.run(first, lambda second: None)
        ended = time.time()
        # What closes last is scraped, and nothing of the next run is.
        await asyncio.sleep(QUIET_SECONDS + 1)
        counted = pages.difference(before, await pages.scrape(workers, "worker"), "worker")
        pages.close()
        again = await locust.run(order("2-open-2", "watched", 1.5), lambda second: None)
        assert count_of(again.whole.failed, FailureKind.START) > 0
        await asyncio.sleep(3)
    return first.start_at, ended, report.whole.sent, counted


@contextlib.contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """
    Server, two workers, a mischievous one, an injector and a sweep's page, scraped by Prometheus each second.

    What was scraped stays to be asked for; all but Prometheus has ended by then, as it took half a core from other tests.
    """
    needs("prometheus")
    with contextlib.ExitStack() as running:
        exporter = running.enter_context(exporters())
        prometheus = running.enter_context(
            LocalPrometheus(folder, relabeling=KUBERNETES_RELABELING, exporters=[exporter])
        )
        yield Stack(prometheus, *_scraped(prometheus, folder))


def _scraped(prometheus: LocalPrometheus, folder: Path) -> tuple[float, float, int, Difference]:
    """
    Run all that is scraped until each event has happened.
    """
    port, http, server_page, one, two, mischief_page, injector = free_ports(7)
    address = f"127.0.0.1:{port}"
    with contextlib.ExitStack() as running:
        info = StepInfo("watched", 0)
        running.callback(info.close)
        pages = {
            "server": [server_page],
            "worker": [one, two, mischief_page],
            "injector": [injector],
            "sweep": [info.port],
        }
        # As in a cluster: a scrape has Kubernetes' namespace, which pushes Temporal's aside.
        write_targets(
            prometheus.targets,
            {job: [f"127.0.0.1:{page}" for page in ports] for job, ports in pages.items()},
            {"namespace": KUBERNETES_NAMESPACE},
        )
        running.enter_context(process(dev_server(port, http, server_page), folder / "server.log"))
        asyncio.run(wait_until_it_serves(address))
        for page in (one, two):
            running.enter_context(
                process(
                    [sys.executable, "-m", "repairshop"],
                    folder / f"worker-{page}.log",
                    worker_environment(address, page),
                )
            )
        script = str(Path(__file__).with_name("misbehaving_worker.py"))
        mischief = running.enter_context(
            process([sys.executable, script, address, str(mischief_page), MISCHIEF], folder / "mischief.log")
        )
        assert mischief.stdout is not None
        assert "done\n" in iter(mischief.stdout.readline, ""), (folder / "mischief.log").read_text()[-3000:]
        workers = {f"watched-{page}": f"http://127.0.0.1:{page}/metrics" for page in (one, two)}
        return asyncio.run(load(address, injector, info, folder, workers))
