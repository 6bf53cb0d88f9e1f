"""
The order with which `make deploy` ends, tried with what the chart gives the workers' pods, on a real server and worker.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import Server, WorkerProcess
from rendering import Charts, Object, of_kind, pod_of
from script_functions import RUN, run_functions

pytestmark = [
    pytest.mark.process,
    pytest.mark.server,
    pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not in PATH"),
]

ROOT = Path(__file__).parents[2]
CODEC = {"existingSecret": "codec", "keyId": "2026", "required": True}
# Instead of kubectl: the release is a Deployment of one replica, in whose pod a program is run with the pod's environment.
POD = """
kc() {
  case "$1" in
    get) case "$*" in *workerdeployment*) echo "$CONTROLLED" ;; *) echo 1 ;; esac ;;
    exec)
      while [[ "$1" != -- ]]; do shift; done
      shift
      mapfile -t environment <"$ENVIRONMENT"
      env -i "${environment[@]}" "$@"
      ;;
  esac
}
finish_a_workflow
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A server for the orders of this module.
    """
    with Server(tmp_path_factory.mktemp("server"), on_disk=False) as own:
        yield own


def environment_of(objects: list[Object]) -> dict[str, str]:
    """
    What a worker's pod has as plain environment: of the ConfigMap that it takes, and its own.
    """
    (owner,) = (found for found in objects if found["kind"] in ("Deployment", "WorkerDeployment"))
    pod = pod_of(owner)
    assert pod is not None
    (worker,) = pod["spec"]["containers"]
    maps = {found["metadata"]["name"]: found["data"] for found in of_kind(objects, "ConfigMap")}
    taken = [maps[source["configMapRef"]["name"]] for source in worker.get("envFrom", [])]
    own = {entry["name"]: entry["value"] for entry in worker["env"] if "value" in entry}
    return {name: value for one in (*taken, own) for name, value in one.items()}


@pytest.mark.parametrize(
    ("values", "queue"),
    [
        pytest.param({}, "repair-shop", id="plain"),
        pytest.param({"temporal": {"taskQueue": "bike-shop"}}, "bike-shop", id="queue"),
        pytest.param({"temporal": {"taskQueue": "locked"}, "codec": CODEC}, "locked", id="queue-and-codec"),
        pytest.param(
            {
                "temporal": {"taskQueue": "controlled"},
                "codec": CODEC,
                "deployment": {"kind": "WorkerDeployment"},
            },
            "controlled",
            id="controller",
        ),
    ],
)
def test_the_order_goes_to_the_workers_own_queue(
    server: Server, tmp_path: Path, values: dict[str, Any], queue: str
) -> None:
    """WORKER_VALUES may change the queue, or have every plain input refused: the order is for that queue, and encrypted."""
    keys = tmp_path / "keys"
    keys.write_text(f"2026={base64.b64encode(os.urandom(32)).decode()}\n")
    objects = Charts(ROOT / "charts").render("repair-worker", {"image": {"tag": "1"}, **values})
    environment = {
        # A WorkerDeployment's pods have both by its controller.
        "TEMPORAL_NAMESPACE": "default",
        **environment_of(objects),
        "TEMPORAL_ADDRESS": server.address,
        "REPAIRSHOP_HEALTH_PORT": "0",
        "REPAIRSHOP_HEALTH_HOST": "127.0.0.1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    if "REPAIRSHOP_CODEC_KEYS_FILE" in environment:
        environment["REPAIRSHOP_CODEC_KEYS_FILE"] = str(keys)
    (tmp_path / "environment").write_text("".join(f"{name}={text}\n" for name, text in environment.items()))
    scripts = "".join(f". {RUN}/{name}.sh\n" for name in ("explain", "workers_deployment", "trial_order"))
    controlled = "repair-worker" if "deployment" in values else ""
    worker = WorkerProcess([sys.executable, "-m", "repairshop"], environment, tmp_path / "worker.log")
    try:
        worker.wait_ready()
        said = run_functions(
            scripts + POD,
            {
                "ENVIRONMENT": str(tmp_path / "environment"),
                "CONTROLLED": controlled,
                "DEPLOY_TIMEOUT": "30s",
                "WORKER_RELEASE": "repair-worker",
                "WORKER_KUBE_NAMESPACE": "repair-shop",
            },
        )
    finally:
        worker.end()

    assert environment["TEMPORAL_TASK_QUEUE"] == queue
    assert said.startswith("a workflow has finished: repair-probe-")
