"""
One run of the program, whose results a page is made of.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PROGRAM = Path(sys.executable).with_name("loadtest")


def carry_out(verb: str, plan: Path, results: Path, *flags: str) -> Path:
    """
    Run one experiment; return its folder.
    """
    # A load that misses its bound makes the exit code 1 where all is well.
    subprocess.run([_PROGRAM, verb, plan, "--output", results, *flags], check=False)
    return (results / "latest").resolve()


def compare_settings(
    plan: Path, a: str, b: str, results: Path, *flags: str, env: Mapping[str, str] | None = None
) -> None:
    """
    Run one comparison of two settings, each as ``KEY=VALUE``.

    Raises:
        SystemExit: The comparison came to no answer.
    """
    done = subprocess.run(
        [_PROGRAM, "compare", plan, "--a", a, "--b", b, "--output", results, *flags], check=False, env=env
    )
    # Better, worse and cannot tell are what a table is for; anything else is no comparison.
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.returncode)
