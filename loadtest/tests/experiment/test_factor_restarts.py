"""
A factor of the workers on real processes: each cell has workers of its own.
"""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from sweep_process import running_sweep, wait_for

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PLAN = """
name = "sandbox"
replicas = [1]
warm_up_seconds = 1
drain_seconds = 10
loads = [{ kind = "open", arrival_rate = 2, window_seconds = 5 }]
[work]
seconds = 0.02
"""


def test_each_cell_has_the_value_of_its_factor(tmp_path: Path) -> None:
    """Read of the worker's own process as soon as it has work."""
    plan = tmp_path / "sandbox.toml"
    plan.write_text(PLAN, encoding="utf-8")
    seen: list[str] = []
    factor = ("--factor", "worker.sandbox=true,false")
    with running_sweep(tmp_path, str(plan), *factor, each_step_once=True) as sweep:
        for _ in range(2):
            wait_for(sweep, "PhaseStarted", phase="warm-up")
            seen.append(_sandbox_of_the_worker(sweep.pid))

    assert seen == ["true", "false"]


def _sandbox_of_the_worker(sweep: int) -> str:
    (value,) = {
        value
        for process in psutil.Process(sweep).children(recursive=True)
        if (value := process.environ().get("REPAIRSHOP_SANDBOX")) is not None
    }
    return value
