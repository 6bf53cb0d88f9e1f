"""
The end of a server that the run started.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.child import Child, spawn
from loadtest.plan import Plan, ServerSetup, WorkerSetup
from loadtest.target import local_target
from loadtest.target.dev_server import DevServer
from loadtest.target.local_target import Workers, open_local

pytestmark = pytest.mark.process

# What stands for Temporal's program: it would say so if it were asked to end.
TELLS = "import signal, time; signal.signal(15, lambda *_: print('asked', flush=True)); print('up', flush=True); time.sleep(600)"


async def _child(log: Path) -> Child:
    child = await spawn([sys.executable, "-c", TELLS], dict(os.environ), log)
    async with asyncio.timeout(60):
        while "up" not in log.read_text(encoding="utf-8"):  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.05)
    return child


async def test_a_server_is_not_asked_to_end(tmp_path: Path) -> None:
    """Its database is in memory, and in order it takes two seconds more."""
    child = await _child(tmp_path / "server.log")

    await DevServer(child, "127.0.0.1:7233", "http://127.0.0.1:9/metrics").end()

    assert not child.running
    assert (tmp_path / "server.log").read_text(encoding="utf-8") == "up\n"


async def test_the_server_that_was_started_anew_ends_with_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell of another configuration has a server of its own, which is the one that is left."""
    children = [await _child(tmp_path / f"server-{number}.log") for number in (1, 2)]

    async def start(*_: object) -> DevServer:
        return DevServer(children[0], "127.0.0.1:7233", "http://127.0.0.1:9/metrics")

    async def restart(old: DevServer, _logs: Path, config: Mapping[str, Any]) -> DevServer:
        await old.end()
        return replace(old, child=children[1], given_config=dict(config))

    monkeypatch.setattr(local_target, "start_dev_server", start)
    monkeypatch.setattr(local_target, "restart_dev_server", restart)
    other = Plan(name="p", server=ServerSetup(dynamic_config={"limit.blobSize.error": 9}))

    async with open_local(Workers((sys.executable,), "queue", "default", WorkerSetup()), tmp_path) as target:
        await target.set_up(other)
        seen = [child.running for child in children]

    assert seen == [False, True]
    assert [child.running for child in children] == [False, False]
