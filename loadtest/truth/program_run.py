"""
One run of the program, whose results a page is made of.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def carry_out(verb: str, plan: Path, results: Path, *flags: str) -> Path:
    """
    Run one experiment; return its folder.
    """
    program = Path(sys.executable).with_name("loadtest")
    # A load that misses its bound makes the exit code 1 where all is well.
    subprocess.run([program, verb, plan, "--output", results, *flags], check=False)
    return (results / "latest").resolve()
