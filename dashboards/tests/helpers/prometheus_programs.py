"""
Prometheus and its checker of configurations, rules and expressions, and what happens without them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml


def needs(program: str) -> str:
    """
    Return a program's path; without it the test is skipped, or fails where all must run (CI).
    """
    found = shutil.which(program)
    if found is not None:
        return found
    word = f"{program} is missing: apt-get install prometheus"
    if os.environ.get("CI"):
        pytest.fail(word)
    pytest.skip(word)


# It runs for seconds, and collecting garbage is a fifth of its CPU; without any it would take gigabytes.
_SHORT_LIVED = {"GOGC": "400"}


def promtool(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """
    Run it to its end; where it is missing the test is skipped or, in CI, fails.
    """
    return subprocess.run(
        [needs("promtool"), *map(str, arguments)],
        env=os.environ | _SHORT_LIVED,
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=600,
    )


def demand_answers(cases: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """
    Fail unless Prometheus answers each case's expressions over its made-up series with the samples that it expects.

    Args:
        cases: The ``tests`` of a file for ``promtool test rules``.
        folder: Folder in which that file is written.
    """
    file = folder / "case.yaml"
    file.write_text(yaml.safe_dump({"tests": list(cases)}), encoding="utf-8")

    done = promtool("test", "rules", file)

    assert done.returncode == 0, done.stdout + done.stderr
