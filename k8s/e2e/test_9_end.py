"""
What is left: nothing changes on a second deploy, nothing stays after down, and the user's kubeconfig was never touched.
"""

from __future__ import annotations

import os

import pytest
from kit_commands import NAMESPACES, Kit, users_kubeconfig

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

PROFILE = os.environ.get("E2E_PROFILE", "dev")


def test_a_second_deploy_changes_nothing(kit: Kit) -> None:
    """The same deploy again makes no revision of a release and replaces no pod."""

    def state() -> tuple[list[str], list[str]]:
        secrets = kit.get("secrets", "--all-namespaces", "--selector", "owner=helm")["items"]
        pods = [
            pod["metadata"]["uid"]
            for namespace in ("temporal", "repair-shop", "monitoring")
            for pod in kit.get("pods", "--namespace", namespace)["items"]
            if pod["status"]["phase"] == "Running"
        ]
        return sorted(secret["metadata"]["name"] for secret in secrets), sorted(pods)

    before = state()
    done = kit.make("deploy", f"PROFILE={PROFILE}", "GRAFANA=0")

    assert done.code == 0
    assert state() == before


def test_down_leaves_nothing(kit: Kit) -> None:
    """After `make down` no namespace, release, volume or cluster-wide object of ours is there; a second one is fine."""
    assert kit.make("down").code == 0

    ours = "app.kubernetes.io/part-of=temporal-kit"
    kinds = "namespaces,persistentvolumes,clusterroles,clusterrolebindings"
    assert kit.get(kinds, "--selector", ours)["items"] == []
    names = {found["metadata"]["name"] for found in kit.get("namespaces")["items"]}
    assert names & set(NAMESPACES) == set()
    volumes = kit.get("persistentvolumes")["items"]
    assert [one for one in volumes if one["spec"]["claimRef"]["namespace"] in NAMESPACES] == []
    assert kit.make("down").code == 0


def test_the_users_kubeconfig_is_untouched(kit: Kit, kubeconfig_before: str) -> None:
    """The hash of the user's own kubeconfig is what it was before the first command."""
    assert users_kubeconfig() == kubeconfig_before
