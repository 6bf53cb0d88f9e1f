"""
Runs make at the top of the checkout, which then sees no cluster.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def make(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """
    Run make; no cluster of the checkout's own is seen unless OWN_KUBECONFIG is among the arguments.
    """
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("KUBECONFIG", "CONTEXT", "MAKEFLAGS")
    }
    own = (
        [] if any(one.startswith("OWN_KUBECONFIG=") for one in arguments) else ["OWN_KUBECONFIG=/nonexistent"]
    )
    return subprocess.run(
        ["make", "--no-print-directory", *arguments, *own],
        cwd=ROOT,
        env=clean | (environment or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """
    The one line that a script said before it ended with 2.
    """
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(lines) == 1, done.stderr
    return lines[0]


def variable(name: str) -> str:
    """
    The value that k8s.mk gives a variable by default.
    """
    found = re.search(rf"^{name} [:?]= (.*)$", (ROOT / "k8s" / "k8s.mk").read_text(), re.MULTILINE)
    assert found is not None, name
    return found[1]
