"""
Load that people steer by Locust's own means, on a real server.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from noop_orders import noop_worker, orders_on_server
from real_server import Server

from loadtest.child import Child, spawn
from loadtest.free_ports import free_ports
from loadtest.injector.launch import LOCUSTFILE

pytestmark = pytest.mark.server

LOCUST = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE)]


def _env(server: Server, task_queue: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "TEMPORAL_ADDRESS": server.address,
        "LOADTEST_SCENARIO": "noop",
        "LOADTEST_TASK_QUEUE": task_queue,
    }


def _get(url: str, **form: object) -> bytes:
    data = urlencode(form).encode() if form else None
    with urlopen(url, data, timeout=60) as reply:
        body: bytes = reply.read()
        return body


@pytest.mark.parametrize("processes", [1, 2])
async def test_users_are_arrivals_and_none_is_lost_at_the_end(
    server: Server, task_queue: str, tmp_path: Path, processes: int
) -> None:
    """
    Locust's own table counts as many starts and results as the server has workflows, also where several
    processes share the users and the run ends by its time.
    """
    argv = [*LOCUST, "--headless", "-u", "8", "-r", "8", "-t", "4s", "--json-file", str(tmp_path / "table")]
    if processes > 1:
        argv += ["--processes", str(processes)]

    async with noop_worker(server.address, task_queue) as client:
        locust = await spawn(argv, _env(server, task_queue), tmp_path / "log.txt")
        code = await asyncio.wait_for(locust.wait(), 90)
        assert code == 0, locust.log_tail()
        rows = {
            (row["method"], row["name"]): row for row in json.loads((tmp_path / "table.json").read_text())
        }
        sent = rows["rpc", "start"]["num_requests"]
        on_server = await orders_on_server(client, task_queue, sent)

    assert sent > 0
    assert on_server == sent
    assert rows["open", "start from schedule"]["num_requests"] == sent
    assert rows["e2e", "noop"]["num_requests"] == sent
    assert sum(row["num_failures"] for row in rows.values()) == 0
    told = re.findall(
        r"offered (\d+), sent (\d+), completed (\d+), failed \{\}", (tmp_path / "log.txt").read_text()
    )
    assert len(told) == processes
    assert sum(int(completed) for _, _, completed in told) == sent


@pytest.mark.parametrize(
    ("flag", "value", "message"),
    [
        pytest.param(
            "--scenario", "repiar", "error: --scenario repiar: no such scenario; there are: ", id="scenario"
        ),
        pytest.param(
            "--arrivals", "ramp", "error: --arrivals ramp: a shape with an end needs a plan", id="ramp"
        ),
    ],
)
async def test_bad_input_is_one_line_and_exit_2(
    server: Server, task_queue: str, tmp_path: Path, flag: str, value: str, message: str
) -> None:
    """
    What cannot be used is told once, however many users there are: the settings of the starts, and their shape.
    """
    argv = [*LOCUST, "--headless", "--only-summary", "-u", "3", "-r", "3", "-t", "30s", flag, value]
    locust = await spawn(argv, _env(server, task_queue), tmp_path / "log.txt")

    code = await asyncio.wait_for(locust.wait(), 60)

    log = (tmp_path / "log.txt").read_text()
    assert code == 2
    assert log.count(message) == 1
    assert "Traceback" not in log


async def test_a_server_that_others_may_use_wants_a_yes(tmp_path: Path) -> None:
    """
    People's own load has no known end, so it is refused there before anybody connects, and with --yes it is not.
    """
    env = {**os.environ, "TEMPORAL_ADDRESS": "temporal.example.invalid:7233"}
    argv = [*LOCUST, "--headless", "--only-summary", "-u", "1", "-t", "30s"]

    for name, flags in (("refused", []), ("accepted", ["--yes"])):
        locust = await spawn([*argv, *flags], env, tmp_path / name)
        assert await asyncio.wait_for(locust.wait(), 60) == 2

    told = "error: TEMPORAL_ADDRESS=temporal.example.invalid:7233: "
    assert (tmp_path / "refused").read_text().count(f"{told}others may use that server") == 1
    assert (tmp_path / "accepted").read_text().count(f"{told}no Temporal server answers there") == 1


async def test_a_metrics_port_that_cannot_be_served_is_one_line_and_exit_2(tmp_path: Path) -> None:
    """
    It is told before anything is started.
    """
    env = {**os.environ, "LOADTEST_INJECTOR_METRICS_PORT": "many"}

    locust = await spawn([*LOCUST, "--headless", "-u", "1"], env, tmp_path / "log.txt")
    code = await asyncio.wait_for(locust.wait(), 60)

    log = (tmp_path / "log.txt").read_text()
    assert code == 2
    assert "error: LOADTEST_INJECTOR_METRICS_PORT = many: cannot be served" in log
    assert "Traceback" not in log


@asynccontextmanager
async def _web_page(server: Server, task_queue: str, log: Path) -> AsyncIterator[tuple[str, Child]]:
    (port,) = free_ports(1)
    argv = [*LOCUST, "--web-host", "127.0.0.1", "--web-port", str(port)]
    locust = await spawn(argv, _env(server, task_queue), log)
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(60):
            while locust.running:
                try:
                    await asyncio.to_thread(_get, url)
                    break
                except OSError:
                    await asyncio.sleep(0.2)
        yield url, locust
    finally:
        locust.kill()
        await locust.wait()


def _row(stats: bytes, name: str) -> int:
    return sum(row["num_requests"] for row in json.loads(stats)["stats"] if row["name"] == name)


@pytest.mark.browser
async def test_a_run_by_the_web_page_starts_changes_and_stops(
    server: Server, task_queue: str, tmp_path: Path
) -> None:
    """
    The page starts arrivals, shows its rows in a real browser, takes another number of users, stops, starts a
    second run in the same process, and the process ends with 0.
    """
    async with (
        noop_worker(server.address, task_queue) as client,
        _web_page(server, task_queue, tmp_path / "log.txt") as (url, locust),
    ):
        await asyncio.to_thread(_get, f"{url}/swarm", user_count=2, spawn_rate=2)
        await _until_row(url, "noop", 2)
        page, picture = await _browse(url, tmp_path / "page.png")
        await asyncio.to_thread(_get, f"{url}/swarm", user_count=5, spawn_rate=5)
        await _until_row(
            url, "start", _row(await asyncio.to_thread(_get, f"{url}/stats/requests"), "start") + 10
        )
        await asyncio.to_thread(_get, f"{url}/stop", now=1)
        await asyncio.sleep(2.1)  # Locust keeps what it shows for 2 s
        stopped = _row(await asyncio.to_thread(_get, f"{url}/stats/requests"), "start")
        first = await orders_on_server(client, task_queue, stopped)

        await asyncio.to_thread(_get, f"{url}/swarm", user_count=2, spawn_rate=2)
        await _until_row(url, "noop", 2)
        await asyncio.to_thread(_get, f"{url}/stop", now=1)
        code = await locust.terminate(20)

    assert "start from schedule" in page
    assert "noop" in page
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000
    assert first == stopped
    assert code == 0


async def _until_row(url: str, name: str, number: int) -> None:
    async with asyncio.timeout(60):
        while _row(await asyncio.to_thread(_get, f"{url}/stats/requests"), name) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.3)


async def _browse(url: str, picture: Path) -> tuple[str, bytes]:
    """
    Look at the page with a real browser: its content after the scripts ran, and a screenshot.
    """
    chromium = shutil.which("chromium")
    assert chromium is not None, "chromium is missing; install it with apt-get install chromium"
    argv = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]
    argv += [f"--user-data-dir={picture.parent / 'profile'}", "--virtual-time-budget=8000"]
    dump = await asyncio.create_subprocess_exec(
        *argv, "--dump-dom", url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    page, _ = await asyncio.wait_for(dump.communicate(), 60)
    shot = await asyncio.create_subprocess_exec(
        *argv,
        f"--screenshot={picture}",
        url,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.wait_for(shot.wait(), 60)
    return page.decode(), picture.read_bytes()
