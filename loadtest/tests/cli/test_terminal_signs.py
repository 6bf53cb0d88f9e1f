"""
What a terminal cannot show does not end the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_terminal import shown_on_terminal
from synthetic_runs import kept_run

from loadtest.cli.app import run


@pytest.mark.process
def test_a_report_fits_its_terminal(tmp_path: Path) -> None:
    """Its table is continued below, and its sentences are broken between words."""
    program, kept = Path(sys.executable).parent / "loadtest", kept_run(tmp_path)

    lines = shown_on_terminal([program, "report", kept.path], 80, tmp_path)

    assert [line for line in lines[:-1] if len(line) > 80] == []
    assert lines[-1].startswith("report: ")
    assert sum(line.startswith("replicas  load") for line in lines) > 1


@pytest.mark.process
def test_a_terminal_that_knows_few_signs_shows_others_in_their_place(tmp_path: Path) -> None:
    """A report has ± and –, and its verdict does not depend on whether they can be shown."""
    program, kept = Path(sys.executable).parent / "loadtest", kept_run(tmp_path)

    done = subprocess.run(
        [program, "report", str(kept.path)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0"},
    )

    assert b"Traceback" not in done.stderr
    assert b" ? " in done.stdout
    assert done.returncode == run(["report", str(kept.path)])
