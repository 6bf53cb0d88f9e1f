"""
A `make deploy` whose pods the API server goes on refusing ends within seconds, as waiting would be in vain.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from failed_deploys import HELMS, RELEASE, ROOT, failed, pod
from fake_kubernetes_api import NAMESPACE
from refused_objects import MEND, QUOTA, deployment, lacking, not_made

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not in PATH"),
]

AT_ONCE = "REFUSAL_LASTS_SECONDS=0\n"
# Of `helm`: an upgrade that waits, and ends as the real one does where it is told to.
WAITS = """case "$*" in *upgrade*)
  trap 'echo "Error: UPGRADE FAILED: context canceled" >&2; kill $!; exit 1' TERM
  sleep {seconds} & wait $!
  touch "$HOME/whole"
  echo "$HELMS" >&2
  exit 1
esac"""
LONG, SHORT = (WAITS.replace("{seconds}", seconds) for seconds in ("50", "5"))
REFUSED = f"Deployment repair-worker makes no more pods: {QUOTA}"
LEAVES = pod("leaves", phase="Running")
LEAVES["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"


def test_helm_is_ended_and_the_refusal_told(tmp_path: Path) -> None:
    """
    Its own wait would be over after DEPLOY_TIMEOUT, and what it says then has no cause.
    """
    said = failed(AT_ONCE + RELEASE, tmp_path, [], [], [deployment("repair-worker", True)], helm=LONG)

    assert said[0] == f"error: repair-worker: {REFUSED}{MEND}"
    assert not (tmp_path / "whole").exists()


def test_what_was_refused_before_is_told_and_waited_for(tmp_path: Path) -> None:
    """
    What is deployed may be its mend; as long as the object is as it was nobody knows.
    """
    script = f"{AT_ONCE}begin_refusals {NAMESPACE}\n{RELEASE}"

    said = failed(script, tmp_path, [], [], [deployment("repair-worker", True)], helm=SHORT)

    assert said[:2] == [f"note: so far {REFUSED}", f"error: repair-worker: {REFUSED}{MEND}"]
    assert (tmp_path / "whole").exists()


@pytest.mark.parametrize("refused", [True, False], ids=["pods-that-end", "nothing-is-refused"])
def test_what_may_pass_is_waited_for(tmp_path: Path, refused: bool) -> None:
    """
    Pods that end make room for others, and helm waits on.
    """
    pods = [LEAVES] if refused else []

    said = failed(AT_ONCE + RELEASE, tmp_path, pods, [], [deployment("repair-worker", refused)], helm=SHORT)

    assert said[0] == f"error: repair-worker: {REFUSED + MEND if refused else HELMS}"
    assert (tmp_path / "whole").exists()


def test_a_part_of_ours_that_is_refused(tmp_path: Path) -> None:
    """
    PostgreSQL is waited for by the script itself.
    """
    said = failed(
        f"{AT_ONCE}DEPLOY_TIMEOUT=50s\nwait_for {NAMESPACE} statefulset/postgres",
        tmp_path,
        [],
        [],
        events=[not_made("StatefulSet", "postgres", "2026-01-01T00:00:01Z")],
        statefulsets=[lacking("StatefulSet", "postgres")],
    )

    assert said[0] == f"error: statefulset/postgres: StatefulSet postgres makes no more pods: {QUOTA}{MEND}"


def test_pods_that_end_make_room_for_others() -> None:
    """
    The controller has waited longer from try to try meanwhile, and is given the time for one more.
    """
    script = """
set -euo pipefail
. k8s/run/refusals.sh
refused_now() { echo 'uid 1 Deployment w makes no more pods: pods "x" is forbidden: exceeded quota: small'; }
kc() { echo "$leaving"; }
at() { SECONDS=$1; refusal_lasts shop && echo "$1 lasts" || echo "$1 waits"; }
leaving=2026-01-01T00:00:00Z; at 100; at 125
leaving=; at 159; at 160
refused_now() { :; }; at 170
refused_now() { echo 'uid 1 Deployment w makes no more pods: pods "x" is forbidden: exceeded quota: small'; }
at 180; at 189; at 190
"""
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "100 waits",
        "125 waits",
        "159 waits",
        "160 lasts",
        "170 waits",
        "180 waits",
        "189 waits",
        "190 lasts",
    ]
