"""
What a workflow may not ask of the world is refused before it runs, and again while it runs.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forbidden_calls import FORBIDDEN, Reaches
from shop import until
from temporalio.client import Client, WorkflowHandle

from repairshop.settings import Settings
from repairshop.temporal_worker import build_worker

WORKFLOWS = Path(__file__).parents[1] / "src/repairshop/workflows"
BANNED = tomllib.loads((WORKFLOWS / "ruff.toml").read_text())["lint"]["flake8-tidy-imports"]["banned-api"]
# How each kind of name is reached from code.
USES = {
    "clock": ("import time", "time.time()"),
    "wall clock": ("from datetime import datetime", "datetime.now()"),
    "date": ("import datetime", "datetime.date.today()"),
    "random": ("import random", "random.random()"),
    "secrets": ("import secrets", "secrets.token_hex()"),
    "uuid": ("import uuid", "uuid.uuid4()"),
    "environment": ("import os", "os.environ['HOME']"),
    "file": ("from pathlib import Path", "Path('x').read_text()"),
    "network": ("import socket", "socket.socket()"),
    "web": ("import urllib.request", "urllib.request.urlopen('http://localhost')"),
    "thread": ("import threading", "threading.Thread()"),
    "pool": ("from concurrent.futures import ThreadPoolExecutor", "ThreadPoolExecutor()"),
    "hop": ("import asyncio", "asyncio.to_thread(len, 'x')"),
    "race": ("import asyncio", "asyncio.as_completed([])"),
    "process": ("import subprocess", "subprocess.run(['x'])"),
    "database": ("import sqlite3", "sqlite3.connect('x')"),
    "activity": ("from repairshop.activities import build_activities", "build_activities(None)"),
    "ledger": ("from repairshop.ledger import open_ledger", "open_ledger('none')"),
}


@dataclass(frozen=True)
class Finding:
    """
    What ruff has against one line.
    """

    row: int
    code: str
    message: str


def lint(text: str, folder: Path = WORKFLOWS) -> list[Finding]:
    """
    Check a text as if it were a file of a folder.
    """
    ruff = Path(sys.executable).parent / "ruff"
    found = subprocess.run(
        [ruff, "check", "--stdin-filename", folder / "probe.py", "--output-format", "json", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode in (0, 1), found.stderr
    return [Finding(one["location"]["row"], one["code"], one["message"]) for one in json.loads(found.stdout)]


@functools.cache
def findings_of_the_uses() -> dict[str, list[Finding]]:
    """
    What ruff has against each use, found in one run.
    """
    lines = [line for use in USES.values() for line in use]
    found = lint("\n".join(lines) + "\n")
    return {name: [one for one in found if one.row in (2 * n + 1, 2 * n + 2)] for n, name in enumerate(USES)}


@pytest.mark.process
@pytest.mark.parametrize("name", USES)
def test_each_ban_is_enforced_beside_the_workflows(name: str) -> None:
    """
    Code in workflows/ that reaches for the world is refused.
    """
    assert "TID251" in [one.code for one in findings_of_the_uses()[name]]


@pytest.mark.process
def test_a_file_opened_by_the_builtin_is_refused_too() -> None:
    """
    The builtin open() needs no import and is banned all the same.
    """
    assert "PTH123" in [one.code for one in lint("X = open('x')\n")]


@pytest.mark.process
def test_each_banned_name_says_what_to_write_instead() -> None:
    """
    Every line of the file bites.
    """
    names = [name for name in BANNED if name != "open"]
    lines = [
        f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}"
        if "." in name
        else f"import {name}"
        for name in names
    ]

    told = [one.message for one in lint("\n".join(lines) + "\n") if one.code == "TID251"]

    assert [
        name
        for name in names
        if not any(BANNED[name]["msg"] in text and f"`{name}`" in text for text in told)
    ] == []


@pytest.mark.process
def test_the_same_code_is_free_outside_of_workflows() -> None:
    """
    The bans hold for workflows/ alone.
    """
    assert [one.code for one in lint("import time\n\nX = time.time()\n", WORKFLOWS.parent)] == []


@pytest.mark.server
@pytest.mark.parametrize("what", FORBIDDEN)
async def test_the_sandbox_refuses_the_world_at_run_time(client: Client, task_queue: str, what: str) -> None:
    """
    With the sandbox, on by default, workflow code that reaches for the world fails its task and names the call.
    """
    worker = build_worker(client, Settings(task_queue=task_queue), [Reaches], [])
    async with worker:
        handle = await client.start_workflow(Reaches.run, what, id=task_queue, task_queue=task_queue)
        await until(lambda: _failed_task(handle), "a workflow task failed")
        told = await _failed_task(handle)
        await handle.terminate()

    assert f"Cannot access {what}" in told


async def _failed_task(handle: WorkflowHandle[Any, Any]) -> str:
    for event in (await handle.fetch_history()).events:
        if event.HasField("workflow_task_failed_event_attributes"):
            return event.workflow_task_failed_event_attributes.failure.message
    return ""
