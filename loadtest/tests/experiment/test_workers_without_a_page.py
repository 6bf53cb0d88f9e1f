"""
Workers that serve no page, in Python and in Go, measured by what the server knows of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from running import sweep
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from loadtest.analysis.workflow_counts import SERVER_ACTIVITIES

pytestmark = pytest.mark.server

TESTS = Path(__file__).parents[1]
SCENARIO = TESTS.parents[1] / "worker" / "examples" / "bakery" / "scenario.py"
MUTE = f"{sys.executable} {TESTS / 'helpers' / 'mute_worker.py'}"
GO_MODULE = TESTS / "go_worker"
PLAN = """
name = "mute"
replicas = [1]
warm_up_seconds = 3
drain_seconds = 40
loads = [{loads}]
[work]
seconds = {seconds}
[worker]
{slots}
"""
OPEN = '{ kind = "open", arrival_rate = 3, window_seconds = 20 }'
# A page is looked at so late at most, on a machine that is busy.
LOOK_SECONDS = 2
SATURATE = '{ kind = "saturate", window_seconds = 8, in_flight_per_slot = 2 }'


def _plan(folder: Path, loads: str, slots: int | None, seconds: float) -> str:
    path = folder / "mute.toml"
    setting = "" if slots is None else f"activity_slots = {slots}"
    path.write_text(PLAN.format(loads=loads, slots=setting, seconds=seconds), encoding="utf-8")
    return str(path)


def _arguments(server: Any, task_queue: str, command: str) -> Sequence[str]:
    return (
        *("--worker-command", command, "--scenario", str(SCENARIO), "--task-queue", task_queue),
        *("--address", server.address, "--server-metrics", server.metrics_url),
    )


@pytest.mark.sweep
def test_a_saturate_load_follows_the_slots_that_the_heartbeats_tell(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """A hundred, which the plan does not name; the report says so, and what would give what is missing."""
    ran = sweep(
        tmp_path / "results", _plan(tmp_path, SATURATE, None, 2.0), *_arguments(server, task_queue, MUTE)
    )

    (measured, *_) = ran.run.read_steps()
    step = ran.sweep["steps"][0]
    assert (measured.in_flight, step["activity_slots"]) == (200, 100), step["why"]
    assert step["slots_used_ratio"] > 0.5
    assert step["throughput_per_second"]["value"] > 0
    assert step["error_ratio"] == 0
    assert "METRICS_PORT" in step["why"]["sticky_hit_ratio"]
    assert measured.workers[0].sdk is not None
    assert measured.workers[0].sdk.startswith("temporal-python")
    assert "100 slots" in (ran.folder / "report.html").read_text(encoding="utf-8")


def test_a_plan_that_says_four_where_a_hundred_run_is_refused(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """Exit code 2, both numbers and the setting to change; no order was started."""
    plan = _plan(tmp_path, SATURATE, 4, 2.0)

    ran = sweep(tmp_path / "results", plan, *_arguments(server, task_queue, MUTE))

    assert ran.code == 2
    assert "worker.activity_slots = 4" in ran.err
    assert "run with 100" in ran.err


@pytest.fixture(scope="session")
def go_bakery(tmp_path_factory: pytest.TempPathFactory) -> str:
    """
    The bakery's worker in Go, compiled.
    """
    go = shutil.which("go")
    if go is None:
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail("no go; install it, as the worker in Go is to be compiled")
        pytest.skip("no go")
    binary = tmp_path_factory.mktemp("go") / "bakery"
    built = subprocess.run(
        [go, "build", "-o", str(binary), "."], cwd=GO_MODULE, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return str(binary)


@pytest.mark.sweep
async def test_a_go_workers_sweep_agrees_with_its_histories(
    server: Any, tmp_path: Path, task_queue: str, go_bakery: str
) -> None:
    """Of the step exactly what the histories hold; of the window as many as ended between its two looks."""
    plan = _plan(tmp_path, OPEN, 6, 0.2)

    ran = sweep(tmp_path / "results", plan, *_arguments(server, task_queue, go_bakery))

    step, measured = ran.sweep["steps"][-1], ran.run.read_steps()[-1]
    whole, window = measured.server_whole, measured.server_window
    assert step["verdict"] == "valid", step["reasons"]
    assert step["activity_slots"] == 6
    assert (measured.workers[0].sdk or "").startswith("temporal-go")
    assert whole is not None
    assert window is not None
    ended = await _ended(Client.connect(server.address), task_queue, measured.started_at)
    assert step["counts"]["server"] == len(ended["closes"])
    assert round(whole.counters[SERVER_ACTIVITIES]) == len(ended["activities"]) == 3 * len(ended["closes"])
    begin = measured.started_at + measured.warm_up_seconds
    end = begin + measured.window_seconds
    in_window = {
        "closes": step["closes_per_second"] * window.seconds,
        "activities": step["throughput_per_second"]["value"] * 3 * window.seconds,
    }
    for kind, times in ended.items():
        surely, at_most = (
            sum(begin + inside <= time < end - inside for time in times)
            for inside in (LOOK_SECONDS, -LOOK_SECONDS)
        )
        assert surely > 30
        assert surely <= round(in_window[kind]) <= at_most, kind


async def _ended(connecting: Any, task_queue: str, since: float) -> dict[str, list[float]]:
    client = await connecting
    ended: dict[str, list[float]] = {"closes": [], "activities": []}
    kinds = {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "closes",
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: "activities",
    }
    async for execution in client.list_workflows(f"TaskQueue = '{task_queue}'"):
        history = await client.get_workflow_handle(execution.id).fetch_history()
        for event in history.events:
            kind = kinds.get(event.event_type)
            if kind is not None and event.event_time.ToNanoseconds() / 1e9 >= since:
                ended[kind].append(event.event_time.ToNanoseconds() / 1e9)
    return ended
