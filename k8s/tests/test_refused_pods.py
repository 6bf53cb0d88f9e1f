"""
A `make deploy` whose pods the API server goes on refusing ends within seconds, as waiting would be in vain.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from failed_deploys import HELMS, RELEASE, failed, pod
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
