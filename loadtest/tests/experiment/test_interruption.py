"""
A sweep that is interrupted leaves no process, keeps what it measured, and can go on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from sweep_process import running_sweep, wait_for

from loadtest.results.run_folder import Run

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PLAN = """
name = "short"
replicas = [1, 2]
shuffle = false
warm_up_seconds = 1
drain_seconds = 10
loads = [{ kind = "saturate", window_seconds = 5, in_flight_per_slot = 2 }]
[work]
seconds = 0.3
[worker]
activity_slots = 2 # a hundred would fill the machine
"""


def _family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    family = psutil.Process(process.pid).children(recursive=True)
    names = " ".join(" ".join(member.cmdline()) for member in family)
    assert "start-dev" in names, names
    assert "repairshop" in names, names
    assert "locust" in names, names
    return family


def _plan(folder: Path) -> str:
    path = folder / "short.toml"
    path.write_text(PLAN, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("number", "whole_group"),
    [pytest.param(signal.SIGINT, True, id="ctrl-c"), pytest.param(signal.SIGTERM, False, id="sigterm")],
)
def test_an_interrupted_sweep_reports_what_it_has(tmp_path: Path, number: int, whole_group: bool) -> None:
    """Ctrl-C reaches the whole group, SIGTERM the sweep alone; both end in order with a report."""
    with running_sweep(tmp_path, _plan(tmp_path), each_step_once=True) as process:
        wait_for(process, "StepEnded")
        wait_for(process, "Tick")
        family = _family(process)

        os.killpg(process.pid, number) if whole_group else process.send_signal(number)
        code = process.wait(40)

        _, alive = psutil.wait_procs(family, timeout=1)

    run = Run.open(tmp_path / "results")
    assert code == 130
    assert alive == []
    assert len(run.read_steps()) == 1
    assert (run.path / "report.html").stat().st_size > 10_000
    assert "resume" in (tmp_path / "stderr.txt").read_text(encoding="utf-8")


def test_a_killed_sweep_leaves_no_process_and_can_be_resumed(tmp_path: Path) -> None:
    """SIGKILL runs no handler: the kernel ends the children, and the kept step is not measured again."""
    with running_sweep(tmp_path, _plan(tmp_path), each_step_once=True) as process:
        first = wait_for(process, "StepEnded")
        wait_for(process, "Tick")
        family = _family(process)

        process.kill()
        process.wait(10)

        _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []

    latest = tmp_path / "results" / "latest"
    kept = Run.open(latest).read_steps()
    with running_sweep(tmp_path, "--resume", str(latest), each_step_once=True) as process:
        started = wait_for(process, "StepStarted")
        ended = wait_for(process, "SweepEnded")
        process.wait(20)

    assert [step.key.replicas for step in kept] == [first["key"]["replicas"]] == [1]
    assert (started["key"]["replicas"], started["key"]["attempt"]) == (2, 1)
    assert ended["exit_code"] == process.returncode
    after = Run.open(latest).read_steps()
    assert after[0] == kept[0]
    assert len({step.key for step in after}) == len(after) == 2


def test_an_interruption_before_the_first_step_has_nothing_to_report(tmp_path: Path) -> None:
    """It says so, and leaves nothing running."""
    with running_sweep(tmp_path, _plan(tmp_path), each_step_once=True) as process:
        wait_for(process, "SweepStarted")
        family = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.5)

        process.send_signal(signal.SIGINT)
        code = process.wait(40)

        _, alive = psutil.wait_procs(family, timeout=1)

    assert code == 130
    assert alive == []
    assert "nothing to report" in (tmp_path / "stderr.txt").read_text(encoding="utf-8")
