"""
What an upgrade of the workers does to a count that somebody has scaled.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit_commands import WORKERS, Kit

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

DEPLOY = ("deploy", f"PROFILE={os.environ.get('E2E_PROFILE', 'dev')}", "GRAFANA=0")


@pytest.fixture(scope="module")
def scaled(kit: Kit) -> Iterator[Kit]:
    """
    Two workers by `make scale`; in the end the workers are as before, one replica.
    """
    assert kit.make("scale", "N=2").code == 0
    yield kit
    assert kit.make(*DEPLOY).code == 0
    assert kit.make("scale", "N=1").code == 0


def test_an_upgrade_keeps_the_count(scaled: Kit) -> None:
    """
    Without `replicas` among the values the count is whoever scaled's, though every pod is replaced.
    """
    changed = ["--reuse-values", "--set", "podAnnotations.baked=today", "--wait"]
    done = scaled.helm("upgrade", WORKERS, "charts/repair-worker", "--namespace", "repair-shop", *changed)

    assert done.code == 0, done.said
    found = scaled.deployment()
    assert found["spec"]["template"]["metadata"]["annotations"]["baked"] == "today"
    assert found["spec"]["replicas"] == found["status"]["readyReplicas"] == 2


def test_a_count_among_the_values_wins(scaled: Kit, tmp_path: Path) -> None:
    """
    `replicas` says who owns it: the deploy sets it, whoever has scaled before, or since the last one that set it.
    """
    values = tmp_path / "workers.yaml"
    for count in (3, 1):
        values.write_text(f"replicas: {count}")

        done = scaled.make(*DEPLOY, f"WORKER_VALUES={values}")

        assert done.code == 0, done.said
        found = scaled.deployment()
        assert found["spec"]["replicas"] == found["status"]["readyReplicas"] == count
        assert scaled.make("scale", "N=2").code == 0
