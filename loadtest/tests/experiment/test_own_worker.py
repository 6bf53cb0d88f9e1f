"""
A user's own worker and scenario, on a server that already runs.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path
from typing import Any

import pytest
from sweep_process import sweep

pytestmark = [pytest.mark.server, pytest.mark.sweep, pytest.mark.timeout(600)]

HELPERS = Path(__file__).parents[1] / "helpers"
PLAN = """
name = "own"
replicas = [1]
warm_up_seconds = 1
drain_seconds = 20
loads = [{ kind = "open", arrival_rate = 3, window_seconds = 6 }]
[work]
seconds = 0.15 # an order takes a second: a hiccup of an injector is a small part of it
[slo]
schedule_to_start_p95_seconds = 5
"""


def test_a_foreign_worker_is_measured_from_the_servers_side(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """Its metrics are in milliseconds and unsuffixed, so they are not read; the report says whose numbers it shows."""
    plan = tmp_path / "own.toml"
    plan.write_text(PLAN, encoding="utf-8")

    ran = sweep(
        tmp_path / "results",
        str(plan),
        *("--worker-command", f"{sys.executable} {HELPERS / 'greeting_worker.py'}"),
        *("--scenario", str(HELPERS / "greeting_scenario.py"), "--task-queue", task_queue),
        *("--address", server.address, "--server-metrics", server.metrics_url),
    )

    step = ran.sweep["steps"][-1]
    assert step["verdict"] == "valid", step["reasons"]
    assert step["counts"]["worker"] is None
    assert step["counts"]["server"] == step["counts"]["sent"] == 3 * (1 + 6)
    assert step["schedule_to_start_seconds"]["activity"]["n"] > 0
    assert any("server" in note for note in step["notes"]), step["notes"]
    page = html.unescape((ran.folder / "report.html").read_text(encoding="utf-8"))
    assert all(note in page for note in step["notes"])
