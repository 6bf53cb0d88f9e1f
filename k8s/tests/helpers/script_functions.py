"""
Lines of shell that call the functions of the scripts in ``k8s/run``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
RUN = ROOT / "k8s" / "run"


def run_functions(script: str, settings: Mapping[str, str], given: str = "") -> str:
    """
    Run lines of shell with the functions of the scripts, and return what they print.

    Args:
        script: The lines.
        settings: The whole environment but PATH.
        given: Standard input.
    """
    sources = "".join(
        f". {RUN}/{name}.sh\n" for name in ("cluster_access", "deploy_order", "helm_values", "secrets")
    )
    done = subprocess.run(
        ["bash", "-c", sources + script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
