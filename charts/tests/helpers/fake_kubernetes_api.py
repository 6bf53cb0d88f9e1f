"""
An API server of Kubernetes for the real helm and kubectl, with a fixed answer for each path.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

NAMESPACE = "repair-shop"
_ROLLOUTS = "temporal.io/v1alpha1"


def kinds(version: str, **plurals: str) -> dict[str, object]:
    """
    What the API server knows in one version of a group: each kind by its plural.
    """
    resources = [
        {"name": plural, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
        for plural, kind in plurals.items()
    ]
    return {"kind": "APIResourceList", "groupVersion": version, "resources": resources}


def group(name: str, version: str) -> dict[str, object]:
    """
    One group of one version.
    """
    served = {"groupVersion": f"{name}/{version}", "version": version}
    return {"name": name, "versions": [served], "preferredVersion": served}


# What every one of them says of itself.
OF_ITSELF: dict[str, object] = {
    "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.3"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/api/v1": kinds(
        "v1", configmaps="ConfigMap", services="Service", persistentvolumeclaims="PersistentVolumeClaim"
    ),
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
}


@contextmanager
def serving(answers: Mapping[str, object]) -> Iterator[str]:
    """
    Serve as long as the block does, and give the address; a path without an answer is not there, and a text is no JSON.
    """

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            of_container = f"{path}/{parse_qs(query).get('container', [''])[0]}"
            known = {**OF_ITSELF, **answers}
            found = known.get(of_container, known.get(path))
            missing = {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": "NotFound",
                "code": 404,
            }
            body = (found if isinstance(found, str) else json.dumps(found or missing)).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/plain" if isinstance(found, str) else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def answering(answers: Mapping[str, object], folder: Path) -> Iterator[Path]:
    """
    Serve as long as the block does, and give the kubeconfig of it.
    """
    with serving(answers) as address:
        yield _kubeconfig(folder, address)


def answers_of_pods(
    pods: list[dict[str, Any]],
    logs: Mapping[str, str],
    rollouts: list[dict[str, Any]],
    deployments: Sequence[dict[str, Any]] = (),
    events: Sequence[dict[str, Any]] = (),
    jobs: Sequence[dict[str, Any]] = (),
    statefulsets: Sequence[dict[str, Any]] = (),
) -> dict[str, object]:
    """
    What it answers of these objects of one namespace, and of what pods have written.
    """
    pod = f"/api/v1/namespaces/{NAMESPACE}/pods"
    return {
        "/api/v1": kinds("v1", pods="Pod", events="Event"),
        "/apis": {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [group(*_ROLLOUTS.split("/")), group("apps", "v1"), group("batch", "v1")],
        },
        "/apis/apps/v1": kinds("apps/v1", deployments="Deployment", statefulsets="StatefulSet"),
        f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments": _list("Deployment", "apps/v1", deployments),
        **{
            f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{one['metadata']['name']}": one
            for one in deployments
        },
        f"/apis/apps/v1/namespaces/{NAMESPACE}/statefulsets": _list("StatefulSet", "apps/v1", statefulsets),
        "/apis/batch/v1": kinds("batch/v1", jobs="Job"),
        f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs": _list("Job", "batch/v1", jobs),
        f"/apis/{_ROLLOUTS}": kinds(_ROLLOUTS, workerdeployments="WorkerDeployment"),
        pod: _list("Pod", "v1", pods),
        f"/api/v1/namespaces/{NAMESPACE}/events": _list("Event", "v1", events),
        f"/apis/{_ROLLOUTS}/namespaces/{NAMESPACE}/workerdeployments": _list(
            "WorkerDeployment", _ROLLOUTS, rollouts
        ),
        **{f"{pod}/{one['metadata']['name']}": one for one in pods},
        # Of a pod, or of one container: `pod/log/container`.
        **{f"{pod}/{name if '/log/' in name else f'{name}/log'}": text for name, text in logs.items()},
    }


def _list(kind: str, version: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": list(items)}


def _kubeconfig(folder: Path, address: str) -> Path:
    file = folder / "kubeconfig"
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": {"server": address}}],
                "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                "users": [{"name": "u", "user": {}}],
                "current-context": "c",
            }
        )
    )
    return file
