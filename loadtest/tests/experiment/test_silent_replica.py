"""
One replica of two that is stopped in the middle of a step lives and does nothing: it is named, and the step is invalid.
"""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from sweep_process import running_sweep, wait_for

from loadtest.results.problem import ProblemCause
from loadtest.results.run_folder import Run

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PLAN = """
name = "silent"
replicas = [2]
warm_up_seconds = 1
drain_seconds = 10
loads = [{ kind = "open", arrival_rate = 3, window_seconds = 12 }]
[work]
seconds = 0.02
"""


def test_a_stopped_replica_is_named_while_the_step_runs(tmp_path: Path) -> None:
    """By SIGSTOP, as a process that hangs; who watches reads its name, and the step has it as its reason. Within which time is held on a clock of the tests."""
    plan = tmp_path / "silent.toml"
    plan.write_text(PLAN, encoding="utf-8")
    with running_sweep(tmp_path, str(plan)) as sweep:
        wait_for(sweep, "PhaseStarted", phase="window")
        name, replica = _last_worker(sweep.pid)
        replica.suspend()
        problem = wait_for(sweep, "ProblemSeen")["problem"]
        replica.resume()
        ended = wait_for(sweep, "StepEnded")  # it is kept, and killed before it is measured once more

    (measured, *_) = Run.open(tmp_path / "results").read_steps()
    assert "did not answer for " in problem, problem
    assert problem.startswith(f"replica {name} ")
    assert ended["verdict"] == "invalid"
    (silent,) = [one for one in measured.problems if one.cause is ProblemCause.REPLICA_SILENT]
    assert silent.subject == name
    assert silent.text.startswith(f"replica {name} did not answer for ")


def _last_worker(sweep: int) -> tuple[str, psutil.Process]:
    """
    Return the last of the sweep's workers by identity, and its process.
    """
    found = {
        name: process
        for process in psutil.Process(sweep).children(recursive=True)
        if (name := process.environ().get("REPAIRSHOP_IDENTITY")) is not None
    }
    assert len(found) == 2, found
    return max(found.items())
