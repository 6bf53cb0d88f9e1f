"""
Pictures that are the same whatever their user has set for pictures of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

DRAWS = """
import hashlib, os
from loadtest.report.drawing import drawing, saved
with drawing(2, 2) as figure:
    figure.subplots().plot([1, 2])
    print(hashlib.sha256(saved(figure).svg).hexdigest(), os.environ.get("MPLBACKEND"))
"""
# It wants LaTeX, which this machine may lack, and has a key of another version.
THEIRS = "text.usetex: True\nsavefig.bbox: tight\nlines.linewidth: 9\nno.such.key: 1\n"


def _drawn(folder: Path, variables: dict[str, str]) -> tuple[str, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", DRAWS],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if "MPL" not in name}, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return *done.stdout.split(), done.stderr  # type: ignore[return-value]


def test_a_picture_depends_on_nothing_of_its_users(tmp_path: Path) -> None:
    """Neither on a file in the current folder nor on a backend, which other programs still see."""
    plain, theirs = tmp_path / "plain", tmp_path / "theirs"
    plain.mkdir()
    theirs.mkdir()
    (theirs / "matplotlibrc").write_text(THEIRS, encoding="utf-8")

    usual = _drawn(plain, {})
    hostile = _drawn(theirs, {"MPLBACKEND": "of-another-version"})

    assert usual[1:] == ("None", "")
    assert hostile == (usual[0], "of-another-version", "")
