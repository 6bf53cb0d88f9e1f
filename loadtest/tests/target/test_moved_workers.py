"""
Workers of this machine beside several servers: they are moved to the server of the cell.
"""

from __future__ import annotations

import ast
import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from loadtest.child_environment import connection_variables
from loadtest.plan import Plan, WorkerSetup
from loadtest.server_access import ServerAccess
from loadtest.target.local_target import LocalTarget, Workers, open_local

pytestmark = pytest.mark.process

A, B = "127.0.0.1:7233", "127.0.0.1:7234"
PAGE = "http://127.0.0.1:9/metrics"
TELLS = "import os, time; print(os.environ['TEMPORAL_ADDRESS'], flush=True); time.sleep(600)"


async def _told(log: Path) -> str:
    async with asyncio.timeout(60):
        while not (text := log.read_text(encoding="utf-8")).endswith("\n"):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
    return text.strip()


async def _begin(target: LocalTarget, address: str) -> tuple[tuple[str, ...], int]:
    restarted = await target.set_up(Plan(name="p", address=address))
    (replica,) = await target.scale(1)
    assert replica.pid is not None
    return restarted, replica.pid


async def test_workers_are_started_anew_at_each_change_of_server(tmp_path: Path) -> None:
    """They poll the cell's server, none is left at the other one, and the server's page is the cell's."""
    workers = Workers((sys.executable, "-c", TELLS), "queue", "default", WorkerSetup())
    async with open_local(
        workers,
        tmp_path,
        servers={A: ServerAccess(A, "default", {}, PAGE), B: ServerAccess(B, "default", {})},
    ) as target:
        first = await _begin(target, A)
        pages = [await target.server_pages()]
        told = [await _told(tmp_path / "worker-1.log")]
        moved = await _begin(target, B)
        pages.append(await target.server_pages())
        told.append(await _told(tmp_path / "worker-2.log"))
        stayed = await _begin(target, B)
        assert not psutil.pid_exists(first[1])

    assert told == [A, B]
    assert pages == [{"server": PAGE}, {}]
    assert [first[0], moved[0], stayed[0]] == [(), ("all workers",), ()]
    assert moved[1] == stayed[1] != first[1]
    assert not psutil.pid_exists(moved[1])


async def test_workers_beside_a_profiles_server_see_its_name_and_no_credentials_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profile's own are in its file, where each worker reads them; those of the shell would go to both servers."""
    monkeypatch.setenv("TEMPORAL_API_KEY", "key-of-the-shell")
    connections = [
        connection_variables(os.environ, own_server=False, profile=name) for name in ("own", "cloud")
    ]
    servers = {
        "own": ServerAccess(A, "default", connections[0], profile="own"),
        "cloud": ServerAccess(B, "shop", connections[1], profile="cloud"),
    }
    shown = "print({k: v for k, v in os.environ.items() if k.startswith('TEMPORAL_')}, flush=True)"
    program = f"import os, time; {shown}; time.sleep(600)"
    workers = Workers((sys.executable, "-c", program), "queue", "default", WorkerSetup())

    told = []
    async with open_local(workers, tmp_path, servers=servers) as target:
        for number, name in enumerate(servers, start=1):
            await target.set_up(Plan(name="p", profile=name))
            await target.scale(1)
            told.append(ast.literal_eval(await _told(tmp_path / f"worker-{number}.log")))

    both = {"TEMPORAL_TASK_QUEUE": "queue"}
    assert told == [
        {"TEMPORAL_PROFILE": "own", "TEMPORAL_ADDRESS": A, "TEMPORAL_NAMESPACE": "default", **both},
        {"TEMPORAL_PROFILE": "cloud", "TEMPORAL_ADDRESS": B, "TEMPORAL_NAMESPACE": "shop", **both},
    ]
