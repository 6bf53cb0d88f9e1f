"""
A cell of other settings restarts what must have them: all workers, or the server that the run started.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadtest.errors import InputError
from loadtest.plan import Plan, ServerSetup, WorkerSetup
from loadtest.server_access import ServerAccess
from loadtest.target import local_target
from loadtest.target.dev_server import DevServer
from loadtest.target.local_target import LocalTarget, Workers, open_local

pytestmark = pytest.mark.process

A = "127.0.0.1:7233"
NAMES = ("REPAIRSHOP_SANDBOX", "REPAIRSHOP_ACTIVITY_SLOTS", "REPAIRSHOP_CODEC_KEYS")
TELLS = f"import os, time; print([os.environ.get(name) for name in {NAMES}], flush=True); time.sleep(600)"
SERVERS = {A: ServerAccess(A, "default", {})}


def _workers() -> Workers:
    return Workers((sys.executable, "-c", TELLS), "queue", "default", WorkerSetup())


async def _told(log: Path) -> str:
    async with asyncio.timeout(60):
        while not log.is_file() or not (text := log.read_text(encoding="utf-8")).endswith("\n"):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
    return text.strip()


@pytest.mark.parametrize(
    ("plans", "told"),
    [
        pytest.param(
            [{"worker": WorkerSetup(sandbox=True)}, {"worker": WorkerSetup(sandbox=False)}],
            ["['true', None, 'k1=abc']", "['false', None, 'k1=abc']"],
            id="sandbox",
        ),
        pytest.param(
            [{"worker": WorkerSetup(activity_slots=2)}, {"worker": WorkerSetup(activity_slots=4)}],
            ["['true', '2', 'k1=abc']", "['true', '4', 'k1=abc']"],
            id="slots",
        ),
        pytest.param(
            [{"codec": True}, {"codec": False}],
            ["['true', None, 'k1=abc']", "['true', None, None]"],
            id="codec",
        ),
    ],
)
async def test_workers_are_started_anew_with_the_cells_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plans: list[dict[str, Any]], told: list[str]
) -> None:
    """The step says so; a cell of the same settings keeps them, and none of the others is left."""
    monkeypatch.setenv("REPAIRSHOP_CODEC_KEYS", "k1=abc")
    restarted, seen, pids = [], [], []
    async with open_local(_workers(), tmp_path, servers=SERVERS) as target:
        for number, cell in enumerate(plans, start=1):
            for _ in range(2):
                restarted.append(await target.set_up(Plan(name="p", **cell)))
                (replica,) = await target.scale(1)
                pids.append(replica.pid)
            seen.append(await _told(tmp_path / f"worker-{number}.log"))
        assert not psutil.pid_exists(pids[0] or 0)

    assert seen == told
    assert restarted == [(), (), ("all workers",), ()]
    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_the_runs_server_is_started_anew_with_the_cells_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it all workers end, as they would poll a server that forgot them; the same configuration restarts nothing."""
    child: Any = None
    server, events = DevServer(child, A, "http://127.0.0.1:9/metrics"), list[object]()

    async def restart(old: DevServer, _logs: Path, config: Mapping[str, Any]) -> DevServer:
        events.append((dict(config), await target.alive()))
        return replace(old, given_config=dict(config))

    monkeypatch.setattr(local_target, "restart_dev_server", restart)
    target = LocalTarget(_workers(), tmp_path, SERVERS, server)
    restarted = []
    try:
        for config in ({}, {"limit.blobSize.error": 9}, {"limit.blobSize.error": 9}, {}):
            restarted.append(await target.set_up(Plan(name="p", server=ServerSetup(dynamic_config=config))))
            await target.scale(1)
    finally:
        await target.end()

    server_too = ("the server, and with it all workers",)
    assert restarted == [(), server_too, (), server_too]
    assert events == [({"limit.blobSize.error": 9}, ()), ({}, ())]


async def test_a_server_of_somebody_else_is_not_configured(tmp_path: Path) -> None:
    """With --address; the line names the address and what to leave out."""
    plan = Plan(name="p", server=ServerSetup(dynamic_config={"limit.blobSize.error": 9}))
    async with open_local(_workers(), tmp_path, servers=SERVERS) as target:
        with pytest.raises(
            InputError, match=f"^server.dynamic_config = .*{A} was started by somebody else; "
        ):
            await target.set_up(plan)
        assert await target.set_up(Plan(name="p")) == ()
