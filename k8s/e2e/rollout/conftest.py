"""
The kit with workers that Temporal's worker controller rolls out; the controller is somebody else's to give.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kit_commands import CHECKOUT, CONTEXT, Done, Kit, run

HERE = Path(__file__).parent.relative_to(CHECKOUT)
CONTROLLER_NAMESPACE = "temporal-system"
SETTINGS = (
    "PROFILE=dev",
    "GRAFANA=0",
    f"TEMPORAL_VALUES={HERE}/temporal.yaml",
    f"LOADTEST_VALUES={HERE}/loadtest.yaml",
)


@pytest.fixture(scope="session")
def controller() -> str:
    """
    The manifests of the controller and its resources, which WORKER_CONTROLLER names.
    """
    given = os.environ.get("WORKER_CONTROLLER")
    if not given:
        why = (
            "no worker controller is given; WORKER_CONTROLLER=FILE names its manifests, as k8s/README.md says"
        )
        pytest.skip(why)
    return Path(given).read_text()


@pytest.fixture(scope="session")
def cluster(
    controller: str, kubeconfig_before: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kit]:
    """
    A cluster of one node with the controller, deleted at last unless E2E_KEEP is set.
    """
    kit = Kit(tmp_path_factory.mktemp("results"))
    assert kit.make("kind-up").code == 0
    name = CONTEXT.removeprefix("kind-")
    for image in sorted(set(re.findall(r"^\s*(?:- )?image: [\"']?([^\s\"']+)", controller, re.MULTILINE))):
        # What is not here is pulled by the cluster.
        run(["kind", "load", "docker-image", "--name", name, image], 300)
    kit.kubectl("apply", "--server-side", "--filename", "-", given=controller)
    kit.kubectl(
        "wait",
        "deployment",
        "--all",
        "--namespace",
        CONTROLLER_NAMESPACE,
        "--for=condition=Available",
        "--timeout=2m",
        timeout=150,
    )
    yield kit
    if not os.environ.get("E2E_KEEP"):
        assert kit.make("kind-down").code == 0


@pytest.fixture(scope="session")
def kit(cluster: Kit) -> Kit:
    """
    The kit, deployed, with its first version.
    """
    assert cluster.make("deploy", *SETTINGS, f"WORKER_VALUES={HERE}/workers.yaml", timeout=1800).code == 0
    return cluster


@pytest.fixture
def deploy(kit: Kit, tmp_path: Path) -> Callable[[str], Done]:
    """
    Deploys the workers with more values, given as text, which make another version of them.
    """

    def with_values(more: str) -> Done:
        file = tmp_path / "more.yaml"
        file.write_text(more)
        workers = f"WORKER_VALUES={HERE}/workers.yaml,{file}"
        return kit.make("deploy", *SETTINGS, workers)

    return with_values
