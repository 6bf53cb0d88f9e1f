"""
Who may read what a run keeps.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtest.results.document import write_whole


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)], ids=oct)
def test_the_umask_says_who_may_read_a_file(tmp_path: Path, umask: int, mode: int) -> None:
    """As of any file that a program makes."""
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "made", "text")
        write_whole(tmp_path / "made", "text that takes its place")
    finally:
        os.umask(before)

    assert (tmp_path / "made").stat().st_mode & 0o777 == mode
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
