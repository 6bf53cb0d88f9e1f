"""
What an order of six activities costs a worker's CPU, setting by setting, as ratios within one run.

Each round runs every case once on one server, one after the other, so that what disturbs the machine disturbs all;
the ratio is taken within the round, and its median is the figure.  With --against the light order of another
revision's worker is a case beside today's.

    python loadtest/bench/worker_cpu_cost.py [--rounds 3] [--orders 100] [--against REVISION [--limit 1.05]]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client, WorkflowFailureError

from loadtest.target.dev_server import find_temporal, start_dev_server
from repairshop import codec
from repairshop.contract import REPAIR_WORKFLOW, RepairOrder, workflow_id

_PARTS = Path(__file__).with_name("parts")
_ROOT = Path(__file__).resolve().parents[2]
_SHOP = ("-m", "repairshop")
_SIX = (str(_PARTS / "six_activities.py"),)
_IN_FLIGHT = 20
_WARM_UP_ORDERS = 20
_READY_WITHIN_SECONDS = 180.0
_KEYS = {"REPAIRSHOP_CODEC_KEYS": f"bench={base64.b64encode(bytes(range(32))).decode()}"}


@dataclass(frozen=True, slots=True)
class Case:
    """
    One way to run a worker.

    Attributes:
        name: Name that is printed.
        reference: Name of the case with which it is compared as a ratio.
        environ: Settings that differ from the defaults.
        command: Arguments of the Python interpreter.
        local: Whether the six steps are local activities; ``None`` takes an order of the shop.
        bare: Whether the order holds only its id, which every revision's contract can read.
    """

    name: str
    reference: str
    environ: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = _SHOP
    local: bool | None = None
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One case of one round.
    """

    milliseconds: float
    orders_per_second: float
    server_milliseconds: float


_DEFAULT, _PLAIN = "the shop's defaults", "six activities, no shop"
_CASES = (
    Case(_DEFAULT, _DEFAULT),
    Case("asyncio's own loop", _DEFAULT, {"REPAIRSHOP_UVLOOP": "false"}),
    Case("unsandboxed", _DEFAULT, {"REPAIRSHOP_SANDBOX": "false"}),
    Case("no eager activities", _DEFAULT, {"REPAIRSHOP_EAGER_ACTIVITIES": "false"}),
    Case("encrypted", _DEFAULT, _KEYS),
    Case(_PLAIN, _DEFAULT, command=_SIX, local=False),
    Case("six local activities, no shop", _PLAIN, command=_SIX, local=True),
)


@contextmanager
def _worker(case: Case, address: str, task_queue: str) -> Iterator[psutil.Process]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        # Without bytecode on disk the sandbox compiles a workflow's module for each order.
        if not name.startswith(("REPAIRSHOP_", "TEMPORAL_", "PYTHONDONTWRITEBYTECODE"))
    }
    given = {
        "TEMPORAL_ADDRESS": address,
        "REPAIRSHOP_TASK_QUEUE": task_queue,
        "REPAIRSHOP_LOG_FORMAT": "json",
        "REPAIRSHOP_LOG_LEVEL": "error",
        "REPAIRSHOP_DIE_WITH_PARENT": "1",
        **case.environ,
    }
    command = [sys.executable, *case.command]
    with subprocess.Popen(command, env=inherited | given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            if not json.loads(process.stdout.readline() or "{}"):
                raise SystemExit(f"{case.name}: the worker ended at its start")
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


async def _orders(client: Client, case: Case, task_queue: str, count: int) -> None:
    room = asyncio.Semaphore(_IN_FLIGHT)

    async def one() -> None:
        order_id = uuid.uuid4().hex
        how: dict[str, Any] = {"id": workflow_id(order_id), "task_queue": task_queue}
        async with room:
            if case.local is None:
                order = {"order_id": order_id} if case.bare else RepairOrder(order_id)
                await client.execute_workflow(REPAIR_WORKFLOW, order, **how)
            else:
                await client.execute_workflow("SixActivities", args=[order_id, case.local], **how)

    await asyncio.gather(*(one() for _ in range(count)))


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _run(case: Case, address: str, server: psutil.Process, orders: int) -> Outcome:
    options = codec.client_options(case.environ)
    client = await Client.connect(address, **options)
    task_queue = f"bench-{uuid.uuid4().hex[:8]}"
    with _worker(case, address, task_queue) as worker:
        try:
            await asyncio.wait_for(_orders(client, case, task_queue, _WARM_UP_ORDERS), _READY_WITHIN_SECONDS)
        except TimeoutError:
            raise SystemExit(
                f"{case.name}: {_WARM_UP_ORDERS} orders took more than {_READY_WITHIN_SECONDS:g} s; "
                "is the machine quiet?"
            ) from None
        except WorkflowFailureError as error:
            raise SystemExit(
                f"{case.name}: an order failed, so there is nothing to compare: {error.cause}"
            ) from None
        began, cpu, server_cpu = time.perf_counter(), _cpu(worker), _cpu(server)
        await _orders(client, case, task_queue, orders)
        return Outcome(
            milliseconds=(_cpu(worker) - cpu) / orders * 1e3,
            orders_per_second=orders / (time.perf_counter() - began),
            server_milliseconds=(_cpu(server) - server_cpu) / orders * 1e3,
        )


@contextmanager
def _revision(name: str) -> Iterator[Case]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        archive = subprocess.run(
            ["git", "archive", "--format=tar", name, "worker/src"],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            check=False,
        )
        if archive.returncode != 0:
            raise SystemExit(f"error: --against {name}: no such revision; write one that `git log` shows")
        packed = Path(folder) / "source.tar"
        packed.write_bytes(archive.stdout)
        with tarfile.open(packed) as tar:
            tar.extractall(folder, filter="data")
        yield Case(
            _DEFAULT + f" at {name}", _DEFAULT, {"PYTHONPATH": str(Path(folder) / "worker/src")}, bare=True
        )


def _print(cases: tuple[Case, ...], rounds: list[dict[str, Outcome]]) -> dict[str, float]:
    ratios = {}
    print(
        f"{'case':<32} {'worker ms CPU/order':>20} {'ratio':>7} {'(least..most)':>14} {'of':<24} orders/s  server ms"
    )
    for case in cases:
        own = [done[case.name] for done in rounds]
        each = [done[case.name].milliseconds / done[case.reference].milliseconds for done in rounds]
        ratios[case.name] = statistics.median(each)
        print(
            f"{case.name:<32} {statistics.median(o.milliseconds for o in own):>20.1f} {ratios[case.name]:>7.2f} "
            f"{f'{min(each):.2f}..{max(each):.2f}':>14} {case.reference:<24} "
            f"{statistics.median(o.orders_per_second for o in own):>8.1f} "
            f"{statistics.median(o.server_milliseconds for o in own):>10.1f}"
        )
    return ratios


async def _measure(cases: tuple[Case, ...], rounds: int, orders: int) -> list[dict[str, Outcome]]:
    done: list[dict[str, Outcome]] = []
    for number in range(rounds):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            server = await start_dev_server(find_temporal(None), Path(folder))
            try:
                # Another case begins each round, as the server ages.
                turn = cases[number % len(cases) :] + cases[: number % len(cases)]
                process = psutil.Process(server.child.pid)
                done.append({case.name: await _run(case, server.address, process, orders) for case in turn})
            finally:
                await server.end()
    return done


def main() -> None:
    """
    Measure, print, and judge the ratio where a limit is asked for.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument(
        "--against", metavar="REVISION", help="measure today's light order against that revision's"
    )
    parser.add_argument(
        "--limit", type=float, help="with --against: end with 1 where today's costs more than this"
    )
    asked = parser.parse_args()
    if not asked.against:
        _print(_CASES, asyncio.run(_measure(_CASES, asked.rounds, asked.orders)))
        return
    with _revision(asked.against) as before:
        cases = (replace(_CASES[0], bare=True), before)
        ratio = 1 / _print(cases, asyncio.run(_measure(cases, asked.rounds, asked.orders)))[before.name]
    print(f"today's light order costs {ratio:.3f} of {asked.against}'s")
    if asked.limit and ratio > asked.limit:
        raise SystemExit(f"more than {asked.limit}")


if __name__ == "__main__":
    main()
