"""
An autoscaler that takes a running fleet over, seen by helm through an API server of one Deployment.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from rendering import Charts, only

pytestmark = pytest.mark.process

NAME = "kit-repair-worker"
# What helm would have to know more kinds for.
LEFT_OUT = "networkPolicy.enabled=false,pdb.enabled=false,serviceAccount.create=false,test.enabled=false"
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": NAME,
        "namespace": "default",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "kit", "meta.helm.sh/release-namespace": "default"},
    },
    "spec": {"replicas": 50},
}


def kinds(version: str, plural: str, kind: str) -> dict[str, object]:
    """
    What the API server knows in one version of a group: one kind.
    """
    resource = {"name": plural, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get"]}
    return {"kind": "APIResourceList", "groupVersion": version, "resources": [resource]}


def group(name: str, version: str) -> dict[str, object]:
    """
    One group of one version.
    """
    served = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [served], "preferredVersion": served}


ANSWERS: dict[str, object] = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.3"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/api/v1": kinds("v1", "configmaps", "ConfigMap"),
    "/apis": {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [group("apps", "v1"), group("autoscaling", "v2")],
    },
    "/apis/apps/v1": kinds("apps/v1", "deployments", "Deployment"),
    "/apis/autoscaling/v2": kinds("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    f"/apis/apps/v1/namespaces/default/deployments/{NAME}": DEPLOYMENT,
}


class OneDeployment(BaseHTTPRequestHandler):
    """
    Answers what helm asks before it renders; there is one Deployment, of 50 replicas.
    """

    def do_GET(self) -> None:
        """
        Answer from the table, else that there is none.
        """
        found = ANSWERS.get(self.path.partition("?")[0])
        missing = {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "reason": "NotFound",
            "code": 404,
        }
        body = json.dumps(found or missing).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """
        Say nothing.
        """


@pytest.fixture
def cluster() -> Iterator[str]:
    """
    Address of that API server.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), OneDeployment)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("given", "replicas"),
    [
        pytest.param("autoscaling.cpu.enabled=true", 50, id="what-runs-is-kept"),
        pytest.param(
            "autoscaling.cpu.enabled=true,autoscaling.minReplicas=60,autoscaling.maxReplicas=90",
            60,
            id="raised-to-the-fewest",
        ),
        pytest.param("replicas=null", None, id="no-autoscaler"),
    ],
)
def test_the_replicas_that_run_are_kept(
    charts: Charts, cluster: str, tmp_path: Path, given: str, replicas: int | None
) -> None:
    """Where `replicas` leaves the values for an autoscaler, Helm names what runs: a removed field would become one."""
    config = tmp_path / "kubeconfig"
    config.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": {"server": cluster}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "users": [{"name": "u", "user": {}}],
                "current-context": "c",
            }
        )
    )
    done = subprocess.run(
        [
            "helm", "template", "kit", str(charts.folder / "repair-worker"), "--dry-run=server", "--disable-openapi-validation",
            "--kubeconfig", str(config), "--set", f"{LEFT_OUT},{given}", "--show-only", "templates/deployment.yaml",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    (deployment,) = (found for found in yaml.safe_load_all(done.stdout) if found)
    assert only([deployment], "Deployment")["spec"].get("replicas") == replicas
