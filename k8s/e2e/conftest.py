"""
Brings the kit up in a real kind cluster, once for all end-to-end tests, by the commands that a user writes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from kit_commands import Kit, run, users_kubeconfig


@pytest.fixture(scope="session")
def tools() -> None:
    """
    Docker, kind, kubectl and helm; without them the tests are skipped, or fail where a cluster is required.
    """
    absent = [name for name in ("docker", "kind", "kubectl", "helm") if shutil.which(name) is None]
    if not absent and run(["docker", "info"]).code != 0:
        absent = ["a Docker daemon that answers"]
    if absent:
        why = f"no cluster can be made here: {', '.join(absent)} missing; `make doctor` says how to get it"
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def kubeconfig_before(tools: None) -> str:
    """
    The user's kubeconfig before anything was done.
    """
    return users_kubeconfig()


@pytest.fixture(scope="session")
def cluster(kubeconfig_before: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """
    A kind cluster with our images in it, deleted at last unless E2E_KEEP is set.
    """
    kit = Kit(tmp_path_factory.mktemp("results"))
    assert kit.make("kind-up").code == 0
    assert kit.make("images", timeout=1500).code == 0
    yield kit
    if not os.environ.get("E2E_KEEP"):
        assert kit.make("kind-down").code == 0


@pytest.fixture(scope="session")
def kit(cluster: Kit) -> Kit:
    """
    The kit, deployed; E2E_PROFILE says which profile.
    """
    profile = os.environ.get("E2E_PROFILE", "dev")
    assert cluster.make("deploy", f"PROFILE={profile}", "GRAFANA=0", timeout=1200).code == 0
    return cluster


@pytest.fixture(autouse=True)
def no_sweep_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """
    A test that failed in the middle of its sweep does not fail those that follow.
    """
    yield
    if "kit" in request.fixturenames:
        request.getfixturevalue("kit").end_sweeps()
