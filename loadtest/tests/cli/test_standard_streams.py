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


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int]:
    """
    A run's folder, and what its report ends with where its output is read.
    """
    folder = str(kept_run(tmp_path_factory.mktemp("kept")).path)
    return folder, run(["report", folder])


def _reported(folder: str, stdout: int, *before: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, PROGRAM, "report", folder], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


def test_a_reader_that_has_left_is_no_verdict(kept: tuple[str, int]) -> None:
    """``loadtest ... | head -1`` ends as it would have ended, where 1 says that no count keeps the SLO."""
    folder, code = kept
    reader, writer = os.pipe()
    os.close(reader)

    done = _reported(folder, writer)

    os.close(writer)
    assert (done.returncode, done.stderr) == (code, "")
    assert code == 3


def test_a_program_without_standard_output_ends_with_its_verdict(kept: tuple[str, int]) -> None:
    """As a scheduler may begin it; no file takes the number of its output."""
    folder, code = kept

    done = _reported(folder, subprocess.DEVNULL, "sh", "-c", 'exec "$0" "$@" <&- >&-')

    assert (done.returncode, done.stderr) == (code, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no device that is always full")
def test_output_that_finds_no_room_is_told_once(kept: tuple[str, int]) -> None:
    """The report lies in the run's folder all the same."""
    folder, code = kept
    full = os.open("/dev/full", os.O_WRONLY)

    done = _reported(folder, full)

    os.close(full)
    assert done.returncode == code
    assert done.stderr == "standard output: cannot be written: No space left on device\n"
