"""
A real Temporal server for all tests of the worker, and worker processes that end with their test.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from temporalio.client import Client

BIN = Path(sys.executable).parent
# Waits of tests are bounded by this and never asserted.
PATIENCE_SECONDS = 60.0
FAST_SERVER = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    "history.visibilityProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="10ms"',
    'matching.TaskQueueInfoByBuildIdTTL="1s"',
    "frontend.enableCancelWorkerPollsOnShutdown=true",
)


def pytest_unconfigure() -> None:
    """
    Let the SDK's threads answer their last calls, lest the interpreter crash as it ends.
    """
    time.sleep(0.3)


def free_port() -> int:
    """
    Return a port that was free a moment ago.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(holds: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """
    Wait until a condition holds, or fail saying which did not.
    """
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@dataclass
class Server:
    """
    A Temporal development server as a process of its own.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """
        Where it listens.
        """
        return f"127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """
        The file that it keeps everything in.
        """
        return self.folder / "temporal.db"

    def start(self) -> None:
        """
        Start, on the same port and database as before, and wait until it answers.
        """
        values = [part for value in FAST_SERVER for part in ("--dynamic-config-value", value)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    BIN / "temporal",
                    "server",
                    "start-dev",
                    "--headless",
                    "--ip",
                    "127.0.0.1",
                    "--port",
                    str(self.port),
                ]
                + ["--db-filename", self.database, "--log-level", "error", *values],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # SERVING comes a moment before the namespace is there.
        look = [BIN / "temporal", "operator", "namespace", "describe", "default", "--address", self.address]
        wait_until(
            lambda: subprocess.run(look, capture_output=True, timeout=30).returncode == 0,
            f"server at {self.address} answers; {self.folder / 'server.log'} says why",
        )

    def stop(self) -> None:
        """
        Kill it; what it answered for is in its database.
        """
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    One server for all tests; each test has its own task queue and workflow ids.
    """
    shared = Server(tmp_path_factory.mktemp("server"))
    try:
        shared.start()
        yield shared
    finally:
        shared.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """
    A server that the test may stop and start again, or whose database it reads.
    """
    own = Server(tmp_path)
    try:
        own.start()
        yield own
    finally:
        own.stop()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    """
    A client of the shared server without a codec.
    """
    yield await Client.connect(server.address)


@pytest.fixture
def task_queue(request: pytest.FixtureRequest) -> str:
    """
    A task queue of this test's own.
    """
    return f"{re.sub('[^a-z0-9]+', '-', request.node.name.lower())}-{uuid.uuid4().hex[:6]}"


class WorkerProcess:
    """
    ``python -m repairshop``, or another worker, as a process.
    """

    def __init__(self, command: list[str], environ: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command,
                env=environ,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self.first_line = ""
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.first_line = self.first_line or line

    @property
    def errors(self) -> str:
        """
        What it wrote to stderr.
        """
        return self.log.read_text()

    @property
    def base(self) -> str:
        """
        Address of its pages; waits for the line that tells it.
        """
        wait_until(
            lambda: self.first_line or self.process.poll() is not None, "worker tells where its pages are"
        )
        assert self.first_line, f"worker ended with {self.process.returncode}: {self.errors}"
        return str(json.loads(self.first_line)["metrics_url"]).removesuffix("/metrics")

    def get(self, path: str) -> tuple[int, str]:
        """
        Status and text of one of its pages.
        """
        try:
            with urllib.request.urlopen(f"{self.base}{path}", timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def wait_ready(self) -> WorkerProcess:
        """
        Wait until it says that it takes tasks.
        """
        wait_until(
            lambda: self.process.poll() is not None or self.get("/readyz")[0] == 200,
            f"ready; log:\n{self.errors}",
        )
        assert self.process.poll() is None, self.errors
        return self

    def end(self, number: int = signal.SIGTERM, seconds: float = PATIENCE_SECONDS) -> int:
        """
        Send a signal and return the exit code.
        """
        self.process.send_signal(number)
        return self.process.wait(seconds)


StartWorker = Callable[..., WorkerProcess]


@pytest.fixture
def start_worker(task_queue: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[StartWorker]:
    """
    Start worker processes on the test's task queue; settings are given as keyword arguments.

    ``address`` is the server's, by default the shared one's; ``command`` runs another worker.
    """
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
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
            worker.process.wait()
