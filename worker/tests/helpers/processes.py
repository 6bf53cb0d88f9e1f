"""
Processes that tests start: a Temporal server and workers.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from repairshop import process_exit
from repairshop.free_port import free_port

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
    "frontend.WorkflowTimeSkippingEnabled=true",
)


def pause_seconds(waited: float) -> float:
    """
    Return how long to wait before a process is asked again: of a long wait a twentieth, as each question costs CPU.
    """
    return 0.05 + waited / 20


def wait_until(holds: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """
    Wait until a condition holds, or fail saying which did not.
    """
    began = time.monotonic()
    while not holds():
        waited = time.monotonic() - began
        assert waited < seconds, f"not within {seconds} s: {what}"
        time.sleep(pause_seconds(waited))


@dataclass
class Server:
    """
    A Temporal development server as a process of its own; as a context it runs as long as the block does.

    Attributes:
        folder: Folder of its log and its database.
        on_disk: Whether what it answered for outlives it; in memory it takes a third of CPU less.
        port: Port of its frontend.
        process: The process, while it runs.
    """

    folder: Path
    on_disk: bool = True
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
        kept = ["--db-filename", self.database] if self.on_disk else []
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(BIN / "temporal", "server", "start-dev", "--headless", "--log-level", "error"),
                    *("--ip", "127.0.0.1", "--port", str(self.port), *kept, *values),
                ],
                preexec_fn=process_exit.die_with_parent,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # SERVING comes a moment before the namespace is there; a process that looks costs more than the port's answer.
        look = [BIN / "temporal", "operator", "namespace", "describe", "default", "--address", self.address]
        wait_until(
            lambda: self._listens() and subprocess.run(look, capture_output=True, timeout=30).returncode == 0,
            f"server at {self.address} answers; {self.folder / 'server.log'} says why",
        )

    def __enter__(self) -> Self:
        """
        Start; one that does not answer is killed.
        """
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """
        Kill it.
        """
        self.stop()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """
        Kill it; what it answered for is in its database.
        """
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


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
        with self.process.stdout as lines:
            for line in lines:
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
