"""
What `kubectl kustomize` makes of the folders of `k8s/`.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
K8S = ROOT / "k8s"
FOLDERS = sorted(str(path.parent.relative_to(K8S)) for path in K8S.rglob("kustomization.yaml"))


@functools.cache
def _text(folder: str) -> str:
    if shutil.which("kubectl") is None:
        why = "kubectl is not in PATH"
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(why)
        pytest.skip(why)
    done = subprocess.run(
        ["kubectl", "kustomize", str(K8S / folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{folder}: {done.stderr}"
    return done.stdout


def objects(folder: str) -> list[dict[str, Any]]:
    """
    The objects of a kustomization, whose folder is named below `k8s/`.
    """
    return [found for found in yaml.load_all(_text(folder), yaml.CSafeLoader) if found]


def everything() -> list[tuple[str, dict[str, Any]]]:
    """
    Folder and object, for all of them.
    """
    return [(folder, found) for folder in FOLDERS for found in objects(folder)]
