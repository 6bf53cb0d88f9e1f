"""
Standard output that nobody reads, that is full, or that was closed from the start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from synthetic_runs import kept_run

from loadtest.cli.app import run

pytestmark = pytest.mark.process
PROGRAM = str(Path(sys.executable).parent / "loadtest")


def _reported(folder: Path, stdout: int, *before: str) -> tuple[subprocess.CompletedProcess[str], int]:
    kept = kept_run(folder)
    arguments = ["report", str(kept.path)]
    done = subprocess.run(
        [*before, PROGRAM, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )
    return done, run(arguments)


def test_a_reader_that_has_left_is_no_verdict(tmp_path: Path) -> None:
    """``loadtest ... | head -1`` ends as it would have ended, where 1 says that no count keeps the SLO."""
    reader, writer = os.pipe()
    os.close(reader)

    done, code = _reported(tmp_path, writer)

    os.close(writer)
    assert (done.returncode, done.stderr) == (code, "")
    assert code == 3


def test_a_program_without_standard_output_ends_with_its_verdict(tmp_path: Path) -> None:
    """As a scheduler may begin it; no file takes the number of its output."""
    done, code = _reported(tmp_path, subprocess.DEVNULL, "sh", "-c", 'exec "$0" "$@" <&- >&-')

    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no device that is always full")
def test_output_that_finds_no_room_is_told_once(tmp_path: Path) -> None:
    """The report lies in the run's folder all the same."""
    full = os.open("/dev/full", os.O_WRONLY)

    done, code = _reported(tmp_path, full)

    os.close(full)
    assert done.returncode == code
    assert done.stderr == "standard output: cannot be written: No space left on device\n"
