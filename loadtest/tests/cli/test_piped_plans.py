"""
A plan that comes through a pipe, which has nothing to read the second time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtest.cli.app import run
from loadtest.cli.overrides import PlanFlags
from loadtest.cli.submission import bring_plan
from loadtest.plan import PlanFile
from loadtest.results.run_folder import Run
from loadtest.target.kubernetes.sweep_job import PLAN_FILE

SMOKE = (Path(__file__).parents[2] / "plans" / "smoke.toml").read_text(encoding="utf-8")


@pytest.fixture
def piped() -> Iterator[str]:
    """The path of a pipe that holds a plan, as a shell's ``<(...)`` gives one."""
    reader, writer = os.pipe()
    os.write(writer, SMOKE.encode())
    os.close(writer)
    yield f"/dev/fd/{reader}"
    os.close(reader)


@pytest.mark.process
@pytest.mark.parametrize("verb", ["sweep", "capacity", "limits"])
def test_a_run_keeps_the_plan_of_a_pipe(tmp_path: Path, begun: list[Run], piped: str, verb: str) -> None:
    """The copy in its folder is what was read."""
    code = run([verb, piped, "--output", str(tmp_path)])

    assert code == 0
    assert (begun[0].path / "plan.toml").read_text(encoding="utf-8") == SMOKE


def test_a_submitted_run_brings_the_plan_of_a_pipe(piped: str) -> None:
    """The sweep in the cluster gets what was checked here."""
    brought = bring_plan(PlanFile.read(Path(piped)), PlanFlags(), None)

    assert brought.files[PLAN_FILE] == SMOKE
