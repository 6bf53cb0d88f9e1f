"""
The files that git keeps, without what lies about beside them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[3]


def tracked(*patterns: str) -> list[Path]:
    """
    Return the files of some patterns; a test skips, or a module, where git knows none.

    So it is of a downloaded archive, and of another user's checkout, which git does not trust.
    """
    command = ["git", "ls-files", "--", *patterns]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        _leave_out("git is missing")
    if done.returncode != 0:
        _leave_out(f"git tells no files of {ROOT}: {done.stderr.strip()}")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def _leave_out(why: str) -> NoReturn:
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(why)
    pytest.skip(why, allow_module_level=True)
