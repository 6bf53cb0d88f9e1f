"""
Two real servers and two programs side by side: a comparison by their addresses and commands, from the command line to its
answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from real_server import Server, running_server
from temporalio.client import Client
from two_server_comparison import PLAN, ROUND, ask_for_one_round, demand_each_block_on_its_own_server
from unrendered_figures import render_nothing

from loadtest.cli.app import run
from loadtest.results.run_folder import Run

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]


def _workflows(server: Server, task_queue: str) -> set[str]:
    async def listed() -> set[str]:
        client = await Client.connect(server.address)
        return {found.id async for found in client.list_workflows(f"TaskQueue = '{task_queue}'")}

    return asyncio.run(listed())


# Workflow-task slots of A's program and of B's, by which a worker tells which of the two it is.
SLOTS = (41, 43)


def _command(workflow_task_slots: int) -> str:
    settings = f"REPAIRSHOP_WORKFLOW_TASK_SLOTS={workflow_task_slots}"
    return f"env {settings} {sys.executable} -P -m repairshop"


def test_each_block_runs_on_its_own_server_by_its_own_program(
    server: Any,
    tmp_path: Path,
    task_queue: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """
    One round, A B B A: every order of a block is on its server alone, whose page counted them, and its workers are those of
    its own command line; the answer names both servers and both commands.
    """
    ask_for_one_round(monkeypatch)
    render_nothing(monkeypatch)
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    with running_server(tmp_path) as other:
        code = run(
            [
                *("compare", str(plan), "--task-queue", task_queue, "--output", str(tmp_path / "results")),
                *("--a-address", server.address, "--a-server-metrics", server.metrics_url),
                *("--b-address", other.address, "--b-server-metrics", other.metrics_url),
                *("--a-worker-command", _command(SLOTS[0]), "--b-worker-command", _command(SLOTS[1])),
                *ROUND,
            ]
        )
        on = {each.address: _workflows(each, task_queue) for each in (server, other)}

    told = capsys.readouterr()
    assert code == 3, told.err
    done = Run.open(tmp_path / "results")
    demand_each_block_on_its_own_server(done, "address", on)
    steps, (a, b) = done.read_steps(), SLOTS
    assert [step.restarted for step in steps] == [(), ("all workers",), (), ("all workers",)]
    assert [{one.workflow_slots for one in step.workers} for step in steps] == [{a}, {b}, {b}, {a}]
    answer = json.loads((done.path / "comparison.json").read_text(encoding="utf-8"))
    for side, where, slots in (("a", server, a), ("b", other, b)):
        assert f"address={where.address}" in answer[side]
        assert f"TASK_SLOTS={slots} " in answer[side]
        assert f"{side.upper()}: {answer[side]}\n" in told.out
    manifest = done.manifest
    assert manifest.server_version is not None
    assert manifest.servers == dict.fromkeys((server.address, other.address), manifest.server_version)
    logs = {path.relative_to(done.path / "logs").as_posix() for path in (done.path / "logs").rglob("*.log")}
    assert {"server-1/injector-0.log", "server-2/injector-1.log", "server-2/locust.log"} <= logs


def test_one_server_under_two_names_is_found_out(
    server: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The namespace of a real server has an id of its own, whatever name leads there."""
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    again = server.address.replace("127.0.0.1", "localhost")

    code = run(["compare", str(plan), "--a-address", server.address, "--b-address", again])

    (line,) = capsys.readouterr().err.splitlines()
    assert code == 2
    assert f"address {server.address} and {again}: one server under two names" in line
