"""
Dev servers of the tests: one for all, and further ones where a test needs them.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.free_ports import free_ports
from loadtest.server_access import ServerAccess
from loadtest.target.dev_server import DYNAMIC_CONFIG, command, find_temporal

_PATIENCE_SECONDS = 60.0
# Stories of the repair shop skip their years.
_CONFIG = {**DYNAMIC_CONFIG, "frontend.WorkflowTimeSkippingEnabled": "true"}


@dataclass(frozen=True, slots=True)
class Server:
    """
    A running dev server.
    """

    address: str
    metrics_url: str
    pid: int

    @property
    def access(self) -> ServerAccess:
        """
        How it is reached in its default namespace.
        """
        return ServerAccess(self.address, "default", {})


async def wait_until_it_serves(address: str) -> None:
    """
    Wait until a server calls itself healthy, which is some time after its port is open.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            await Client.connect(address)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            return


@contextlib.contextmanager
def running_server(folder: Path, temporal: Path | None = None) -> Iterator[Server]:
    """
    Run a real Temporal server, set up as the local target sets it up, that can skip time; its log goes into a folder.

    It is that of the environment where no other ``temporal`` is given.
    """
    port, http, metrics = free_ports(3)
    argv = command(find_temporal(temporal), port, http, metrics, log_level="error", config=_CONFIG)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
    try:
        asyncio.run(wait_until_it_serves(f"127.0.0.1:{port}"))
        yield Server(f"127.0.0.1:{port}", f"http://127.0.0.1:{metrics}/metrics", process.pid)
    finally:
        process.terminate()
        process.wait(20)


async def make_namespace(address: str, name: str) -> None:
    """
    Make a namespace on a server, unless it has it.
    """
    client = await Client.connect(address)
    kept = Duration()
    kept.FromTimedelta(timedelta(days=1))
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=kept)
        )
    except RPCError as error:
        assert "exist" in error.message
