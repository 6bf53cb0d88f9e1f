"""
A factor of the workers on real processes: each cell has its value, and the line of its step says what was restarted.
"""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest
from sweep_process import running_sweep, wait_for

pytestmark = [pytest.mark.server, pytest.mark.sweep]

PLAN = """
name = "sandbox"
replicas = [1]
warm_up_seconds = 1
drain_seconds = 10
loads = [{ kind = "open", arrival_rate = 2, window_seconds = 3 }]
[work]
seconds = 0.02
"""


def test_each_cell_has_the_value_of_its_factor(tmp_path: Path) -> None:
    """Read of the worker's own process while its window runs; a step that a busy machine spoils is made once more."""
    plan = tmp_path / "sandbox.toml"
    plan.write_text(PLAN, encoding="utf-8")
    seen: list[tuple[str, str]] = []
    with running_sweep(tmp_path, str(plan), "--factor", "worker.sandbox=true,false") as sweep:
        while not seen or seen[-1][0] != "false":
            wait_for(sweep, "PhaseStarted", phase="window")
            value = _sandbox_of_the_worker(sweep.pid)
            seen.append((value, wait_for(sweep, "StepEnded")["line"]))
        sweep.send_signal(signal.SIGTERM)
        sweep.wait(40)

    assert [value for value, _ in seen] == sorted((value for value, _ in seen), reverse=True)
    assert {value for value, _ in seen} == {"true", "false"}
    restarted = "all workers restarted before this step for its settings"
    assert [restarted in line for _, line in seen] == [False] * (len(seen) - 1) + [True]


def _sandbox_of_the_worker(sweep: int) -> str:
    (value,) = {
        value
        for process in psutil.Process(sweep).children(recursive=True)
        if (value := process.environ().get("REPAIRSHOP_SANDBOX")) is not None
    }
    return value
