"""
Workers of the user's own with a Worker Deployment version, on a server that the run starts.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bakery_workers import SCENARIO
from sweep_process import SweepHere

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

BAKERY = SCENARIO.parent / "worker.py"
PLAN = """
name = "versions"
task_queue = "bakery"
replicas = [1]
warm_up_seconds = 1
drain_seconds = 15
loads = [{{ kind = "open", arrival_rate = 3, window_seconds = 5 }}]
[work]
seconds = 0.15
[slo]
schedule_to_start_p95_seconds = 5
[factors]
worker_command = [{commands}]
"""


def test_each_version_gets_the_orders_of_its_steps(sweep_here: SweepHere, tmp_path: Path) -> None:
    """
    On a new server no version is current, and nobody could make one current; the second one takes the first one's place.
    """
    command = f"env TEMPORAL_DEPLOYMENT_NAME=bakery TEMPORAL_WORKER_BUILD_ID={{}} {sys.executable} {BAKERY}"
    commands = ", ".join(f"'{command.format(build)}'" for build in ("b1", "b2"))
    plan = tmp_path / "versions.toml"
    plan.write_text(PLAN.format(commands=commands), encoding="utf-8")

    ran = sweep_here(tmp_path / "results", str(plan), "--scenario", str(SCENARIO))

    # Whether a step is valid is the machine's affair; who gets no order completes none.
    last = {step["factors"]["worker_command"]: step["counts"] for step in ran.sweep["steps"]}
    assert len(last) == 2, ran.err
    assert all(counts["results"] == counts["sent"] == 3 * (1 + 5) for counts in last.values())
