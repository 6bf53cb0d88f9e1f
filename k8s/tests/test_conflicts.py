"""
A release of which somebody else has changed a field, as Helm 4 tells it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
CONFLICT = "Error: UPGRADE FAILED: conflict occurred while applying object: Apply failed with 1 conflict: conflict with {who}"
SCRIPT = """
set -euo pipefail
. k8s/run/helm_release.sh
DEPLOY_TIMEOUT=1s
kubeconfig=/dev/null context=c
hm() { :; }
why_not() { echo "$2"; }
fail_in() { echo "$2"; exit 1; }
release repair-worker repair-shop charts/repair-worker 3>&1
"""
HELM = """#!/bin/bash
case "$*" in
  *upgrade*--force-conflicts*) echo "forced" >&3 ;;
  *upgrade*) echo "tried" >&3; echo "$CONFLICT"; exit 1 ;;
esac
"""


def released(conflict: str, folder: Path) -> tuple[int, list[str]]:
    """
    Install a release whose upgrade meets this conflict; returns the exit code and what was done and said.
    """
    (folder / "helm").write_text(HELM)
    (folder / "helm").chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", SCRIPT],
        cwd=ROOT,
        env={"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "CONFLICT": conflict},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize("who", ['"kubectl" with subresource "scale"', '"loadtest" with subresource "scale"'])
def test_a_count_is_taken_back(who: str, tmp_path: Path) -> None:
    """`make scale` or a sweep has set it, and the values say another; Helm 3 does not ask."""
    code, said = released(CONFLICT.format(who=f"{who} using apps/v1: .spec.replicas"), tmp_path)

    assert code == 0
    assert said == [
        "repair-worker: installing",
        "tried",
        "repair-worker: somebody else has set its count since, which is taken back",
        "forced",
    ]


def test_nothing_else_is_taken(tmp_path: Path) -> None:
    """Whoever changed an image meant it, and hears of it."""
    conflict = CONFLICT.format(
        who='"kubectl-set" using apps/v1: .spec.template.spec.containers[name="w"].image'
    )

    code, said = released(conflict, tmp_path)

    assert code == 1
    assert said == ["repair-worker: installing", "tried", f"repair-worker: {conflict}"]
