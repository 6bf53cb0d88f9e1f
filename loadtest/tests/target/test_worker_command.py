"""
The command line of the kit's own worker.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from loadtest.target.worker_command import OWN_WORKER

pytestmark = pytest.mark.process


def test_a_file_of_the_current_folder_is_no_module_of_the_worker(tmp_path: Path) -> None:
    """A user's own ``queue.py`` or ``random.py`` would take the place of Python's, and no worker would start."""
    (tmp_path / "random.py").write_text("raise SystemExit('not of Python')", encoding="utf-8")

    done = subprocess.run([*OWN_WORKER, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
