"""
Three nodes in two zones, with PROFILE=ha and a ledger on them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from kit_commands import Kit


@pytest.fixture(scope="session")
def cluster(kubeconfig_before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """
    A cluster of three nodes, deleted at last unless E2E_KEEP is set.
    """
    kit = Kit(tmp_path_factory.mktemp("results"))
    assert kit.make("kind-up", "KIND_CONFIG=k8s/kind/three-nodes.yaml").code == 0
    yield kit
    if not os.environ.get("E2E_KEEP"):
        assert kit.make("kind-down").code == 0


@pytest.fixture(scope="session")
def kit(cluster: Kit) -> Kit:
    """
    The kit, deployed, with two workers.
    """
    deployed = cluster.make(
        "deploy", "PROFILE=ha", "LEDGER=1", "GRAFANA=0", "DEPLOY_TIMEOUT=8m", timeout=2400
    )
    assert deployed.code == 0
    assert "warning: PROFILE=ha on one PostgreSQL pod" in deployed.error
    assert cluster.make("scale", "N=2").code == 0
    return cluster
