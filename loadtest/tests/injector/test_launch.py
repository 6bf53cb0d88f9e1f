"""
One Locust with two injectors for several steps, on a real server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
import pytest_asyncio
from hdrh.histogram import HdrHistogram
from noop_orders import noop_worker, orders_on_server
from real_server import Server
from temporalio.client import Client

from loadtest import arrivals
from loadtest.errors import InputError
from loadtest.free_ports import free_ports
from loadtest.injector.failure_of_error import UNFINISHED
from loadtest.injector.launch import launch
from loadtest.injector.running_locust import Locust
from loadtest.results.failure import ALREADY_RUNNING
from loadtest.results.injector_report import InjectorReport, InjectorSecond
from loadtest.results.step_instruction import StepInstruction
from loadtest.server_access import ServerAccess

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]

MakeInstruction = Callable[..., StepInstruction]


def _on_pages(port: int, name: str) -> float:
    """
    Sum of a counter over the pages of both injectors: at the first one's port, and at that plus one.
    """
    total = 0.0
    for each in (port, port + 1):
        with urlopen(f"http://127.0.0.1:{each}/metrics", timeout=20) as page:
            lines = page.read().decode().splitlines()
        total += sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name + "{"))
    return total


@pytest.fixture(scope="module")
def metrics_port() -> int:
    """
    Return a free port whose next one is free too, just before both are taken.
    """
    while True:
        first, second = free_ports(2)
        if second == first + 1:
            return first


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def locust(
    server: Server, metrics_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Locust]:
    """
    A master and two injectors, for all steps of this module; the environment names the first one's page.
    """
    logs = tmp_path_factory.mktemp("locust")
    async with AsyncExitStack() as open_ones:
        with pytest.MonkeyPatch.context() as variables:  # at its start alone
            variables.setenv("LOADTEST_INJECTOR_METRICS_PORT", str(metrics_port))
            running = await open_ones.enter_async_context(launch(server.access, injectors=2, logs=logs))
        yield running


def _count(encoded: str) -> int:
    return int(HdrHistogram.decode(encoded).get_total_count())


def _sums(report: InjectorReport) -> tuple[int, int, int]:
    parts = report.per_injector.values()
    return (
        sum(part.offered for part in parts),
        sum(part.sent for part in parts),
        sum(part.completed for part in parts),
    )


@pytest.mark.parametrize("step", ["first", "second"])
async def test_totals_are_the_injectors_sums_and_the_servers_count(
    locust: Locust,
    metrics_port: int,
    server: Server,
    instruction: MakeInstruction,
    task_queue: str,
    step: str,
) -> None:
    """
    Planned arrivals = what the two injectors sent = what they saw completed = what the server completed = what
    their /metrics pages say; and the same Locust carries out a second step as well as the first.
    """
    names = [f"loadtest_injector_{name}" for name in ("offered_total", "sent_total", "completed_total")]
    names += ["loadtest_injector_lag_seconds_count", "loadtest_injector_end_to_end_seconds_count"]
    before = [await asyncio.to_thread(_on_pages, metrics_port, name) for name in names]
    seconds: list[InjectorSecond] = []
    asked = instruction(step=step, arrival_rate=10.0)

    async with noop_worker(server.address, task_queue) as client:
        report = await locust.run(asked, seconds.append)
        on_server = await orders_on_server(client, task_queue, 40, "Completed")

    after = [await asyncio.to_thread(_on_pages, metrics_port, name) for name in names]

    assert report.problems == ()
    assert [b - a for a, b in zip(before, after, strict=True)] == [40] * len(names)
    assert report.planned == len(arrivals.schedule(asked)) == 40
    assert (report.whole.offered, report.whole.sent, report.whole.completed) == (40, 40, 40)
    assert report.window.offered == report.window.sent == 30
    assert on_server == 40
    assert len(report.per_injector) == 2
    assert _sums(report) == (40, 40, 40)
    assert {part.sent for part in report.per_injector.values()} == {20}
    assert {name: _count(text) for name, text in report.histograms.items()} == {
        "lag": 30,
        "response": 30,
        "service": 30,
        "end_to_end": 30,
    }
    assert (report.awaited_every, report.open_at_end, report.whole.failed) == (1, 0, {})
    assert 0 < len(report.sampled_workflow_ids) <= 128
    assert report.cpu_seconds > 0
    assert report.rss_bytes > 100_000_000
    assert [second.offered for second in seconds] == sorted(second.offered for second in seconds)


async def test_a_closed_load_is_shared_between_the_injectors(
    locust: Locust, server: Server, instruction: MakeInstruction, task_queue: str
) -> None:
    """
    Five in flight are three and two, and everything that was started has closed when the step ends.
    """
    seconds: list[InjectorSecond] = []

    async with noop_worker(server.address, task_queue) as client:
        report = await locust.run(instruction(step="closed", arrival_rate=None, in_flight=5), seconds.append)
        on_server = await orders_on_server(client, task_queue, report.whole.completed, "Completed")

    assert report.problems == ()
    assert report.planned is None
    assert max(second.in_flight for second in seconds) <= 5
    assert report.whole.sent == report.whole.completed == on_server
    assert report.closed_minus_sent_seconds >= report.window_closed_minus_sent_seconds > 0


async def _ended_after(locust: Locust, instruction: StepInstruction, seconds: float) -> InjectorReport:
    async def end() -> None:
        at = instruction.start_at + instruction.warm_up_seconds + seconds
        # Seconds ahead, as a machine that stalls tells it late.
        await asyncio.sleep(instruction.start_at + 0.2 - time.time())
        await locust.end_window(at)

    ending = asyncio.create_task(end())
    report = await locust.run(instruction, lambda second: None)
    await ending
    return report


async def test_an_open_window_ends_early_and_counts_what_fell_due_before(
    locust: Locust, server: Server, instruction: MakeInstruction
) -> None:
    """Exactly the arrivals before the earlier end are planned, sent and counted, and none after it."""
    asked = instruction(arrival_rate=30.0, window_seconds=60.0)

    async with noop_worker(server.address, asked.task_queue):
        report = await _ended_after(locust, asked, 2.0)

    until = asked.warm_up_seconds + 2.0
    due = [at for at in arrivals.schedule(asked) if at < until]
    assert (report.planned, report.whole.sent, report.whole.completed) == (len(due), len(due), len(due))
    assert report.window.offered == sum(at >= asked.warm_up_seconds for at in due)
    assert report.problems == ()


async def test_a_closed_loop_ends_early(locust: Locust, server: Server, instruction: MakeInstruction) -> None:
    """Nothing is started after the earlier end, and all that was open closes."""
    asked = instruction(arrival_rate=None, in_flight=4, window_seconds=60.0)
    began = time.monotonic()

    async with noop_worker(server.address, asked.task_queue):
        report = await _ended_after(locust, asked, 2.0)

    assert time.monotonic() - began < 40  # the whole instruction would take a minute
    assert report.whole.sent == report.whole.completed > 0
    assert report.open_at_end == 0


async def test_a_drain_that_gives_up_counts_what_is_unfinished(
    locust: Locust, server: Server, instruction: MakeInstruction, task_queue: str
) -> None:
    """
    With no worker all stay open: they are failures of their own kind, and none is lost.
    """
    report = await locust.run(
        instruction(step="unfinished", window_seconds=1, drain_seconds=4), lambda _: None
    )

    assert report.whole.sent == report.whole.acknowledged == 20
    assert report.whole.failed == {UNFINISHED: 20}
    assert report.open_at_end == 20
    client = await Client.connect(server.address)
    assert await orders_on_server(client, task_queue, 20, "Running") == 20


async def test_a_refused_duplicate_is_a_failure_of_its_own_kind(
    locust: Locust, server: Server, instruction: MakeInstruction, tmp_path: Path
) -> None:
    """
    Two starts of one id: the server takes one, and the other is counted as already running.
    """
    twice = tmp_path / "twice.py"
    twice.write_text(
        '"""\nEach order twice.\n"""\nACTIVITIES_PER_WORKFLOW = None\n'
        "async def start(client, arrival):\n"
        "    name = f\"{arrival.order_id.rpartition('-')[0]}-{arrival.number // 2}\"\n"
        "    return await client.start_workflow('Nobody', id=name, task_queue=arrival.task_queue)\n"
    )

    report = await locust.run(
        instruction(step="twice", scenario=str(twice), window_seconds=1, drain_seconds=4), lambda _: None
    )

    assert report.whole.failed == {ALREADY_RUNNING: 10, UNFINISHED: 10}
    assert report.whole.acknowledged == 10


async def test_a_broken_instruction_is_an_error_and_the_next_one_works(
    locust: Locust, server: Server, instruction: MakeInstruction, task_queue: str
) -> None:
    """
    A scenario that an injector cannot load ends the step with its text, as bad input, and nothing else.
    """
    with pytest.raises(InputError, match="--scenario gone.py: no such file"):
        await locust.run(instruction(step="broken", scenario="gone.py"), lambda _: None)

    async with noop_worker(server.address, task_queue):
        report = await locust.run(
            instruction(step="after", warm_up_seconds=0, window_seconds=1), lambda _: None
        )
    assert report.whole.completed == 10


async def test_an_address_where_nobody_answers_is_told_before_any_step(tmp_path: Path) -> None:
    """
    An injector that cannot connect ends the launch with the address and the cause, and leaves no process.
    """
    before = set(psutil.Process().children(recursive=True))

    with pytest.raises(
        InputError, match=r"127\.0\.0\.1:9: no Temporal server answers there \(connection refused\)"
    ):
        async with launch(ServerAccess("127.0.0.1:9", "default", {}), injectors=1, logs=tmp_path):
            pytest.fail("it came up")

    assert {child for child in psutil.Process().children(recursive=True) if child not in before} == set()


async def test_a_codec_setting_that_cannot_be_used_is_told_at_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The injector's refusal names the variable; nobody waits a minute for an injector that never gets ready.
    """
    monkeypatch.setenv("REPAIRSHOP_CODEC_REQUIRED", "perhaps")

    with pytest.raises(InputError, match="REPAIRSHOP_CODEC_REQUIRED"):
        async with launch(server.access, injectors=1, logs=tmp_path):
            pytest.fail("it came up")


async def test_a_port_of_the_environment_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Before any process is started.
    """
    monkeypatch.setenv("LOADTEST_INJECTOR_METRICS_PORT", "many")

    with pytest.raises(InputError, match="LOADTEST_INJECTOR_METRICS_PORT = many: not a port"):
        async with launch(ServerAccess("127.0.0.1:9", "default", {}), injectors=1, logs=tmp_path):
            pytest.fail("it came up")
