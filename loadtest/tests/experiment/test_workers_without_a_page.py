"""
A worker that serves no page, measured by what the server knows of it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from bakery_workers import SCENARIO, TESTS
from sweep_process import SweepHere, sweep

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

MUTE = f"{sys.executable} {TESTS / 'helpers' / 'bakery_without_metrics.py'}"
# The budget ends it with its first step: how a busy machine judges that one is not asked.
PLAN = """
name = "mute"
budget_seconds = 1
replicas = [1]
warm_up_seconds = 6
drain_seconds = 90
loads = [{{ kind = "saturate", window_seconds = 8, in_flight_per_slot = 1.2 }}]
[work]
seconds = 5.0 # a hundred slots then end 20 a second, which a busy machine bears too, and no order ends in the window
[worker]
{slots}
"""


def _plan(folder: Path, slots: int | None) -> str:
    path = folder / "mute.toml"
    setting = "" if slots is None else f"activity_slots = {slots}"
    path.write_text(PLAN.format(slots=setting), encoding="utf-8")
    return str(path)


def _arguments(server: Any, task_queue: str) -> Sequence[str]:
    return (
        *("--worker-command", MUTE, "--scenario", str(SCENARIO), "--task-queue", task_queue),
        *("--address", server.address, "--server-metrics", server.metrics_url),
    )


def test_a_saturate_load_follows_the_slots_that_the_heartbeats_tell(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """A hundred, which the plan does not name; and it is told what would give what is missing."""
    ran = sweep(tmp_path / "results", _plan(tmp_path, None), *_arguments(server, task_queue))

    (measured, *_) = ran.run.read_steps()
    step = ran.sweep["steps"][0]
    assert (measured.in_flight, step["activity_slots"]) == (120, 100), step["why"]
    assert step["slots_used_ratio"] > 0.5
    assert step["throughput_per_second"]["value"] > 0
    assert step["error_ratio"] == 0
    assert "METRICS_PORT" in step["why"]["sticky_hit_ratio"]
    assert measured.workers[0].sdk is not None
    assert measured.workers[0].sdk.startswith("temporal-python")


def test_others_at_the_queue_make_the_step_invalid(
    server: Any, sweep_here: SweepHere, tmp_path: Path, task_queue: str
) -> None:
    """Without a page nothing else tells that a second worker did half of the work."""
    environment = {**os.environ, "TEMPORAL_ADDRESS": server.address, "TEMPORAL_TASK_QUEUE": task_queue}
    stranger = subprocess.Popen(shlex.split(MUTE), env=environment)
    plan = tmp_path / "open.toml"
    plan.write_text(
        'name = "open"\nbudget_seconds = 1\nreplicas = [1]\nwarm_up_seconds = 1\ndrain_seconds = 20\n'
        'loads = [{ kind = "open", arrival_rate = 5, window_seconds = 6 }]\n[work]\nseconds = 0.2\n'
    )
    try:
        ran = sweep_here(tmp_path / "results", str(plan), *_arguments(server, task_queue))
    finally:
        stranger.terminate()
        stranger.wait()

    step = ran.sweep["steps"][0]
    assert step["verdict"] == "invalid"
    assert any(
        f"{stranger.pid}@" in reason and "none of this run's 1 replica" in reason
        for reason in step["reasons"]
    ), step["reasons"]


def test_a_plan_that_says_four_where_a_hundred_run_is_refused(
    server: Any, sweep_here: SweepHere, tmp_path: Path, task_queue: str
) -> None:
    """Exit code 2, both numbers and the setting to change; no order was started."""
    plan = _plan(tmp_path, 4)

    ran = sweep_here(tmp_path / "results", plan, *_arguments(server, task_queue))

    assert ran.code == 2
    assert "worker.activity_slots = 4" in ran.err
    assert "run with 100" in ran.err
