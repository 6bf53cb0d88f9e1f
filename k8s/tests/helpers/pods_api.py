"""
An API server that knows pods, their logs and WorkerDeployments, for the real kubectl.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAMESPACE = "repair-shop"
_GROUP = "temporal.io/v1alpha1"


def _kind(plural: str, kind: str) -> dict[str, Any]:
    return {"name": plural, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}


def _list(kind: str, version: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": f"{kind}List", "apiVersion": version, "metadata": {}, "items": items}


@contextmanager
def pods_api(
    pods: list[dict[str, Any]], logs: Mapping[str, str], rollouts: list[dict[str, Any]]
) -> Iterator[str]:
    """
    Serve these pods and WorkerDeployments of one namespace, and what pods have written; yields the address.
    """
    pod = f"/api/v1/namespaces/{NAMESPACE}/pods"
    served = {"groupVersion": _GROUP, "version": "v1alpha1"}
    group = {"name": "temporal.io", "versions": [served], "preferredVersion": served}
    answers: dict[str, Any] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/api/v1": {
            "kind": "APIResourceList",
            "groupVersion": "v1",
            "resources": [_kind("pods", "Pod"), _kind("events", "Event")],
        },
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [group]},
        f"/apis/{_GROUP}": {
            "kind": "APIResourceList",
            "groupVersion": _GROUP,
            "resources": [_kind("workerdeployments", "WorkerDeployment")],
        },
        pod: _list("Pod", "v1", pods),
        f"/api/v1/namespaces/{NAMESPACE}/events": _list("Event", "v1", []),
        f"/apis/{_GROUP}/namespaces/{NAMESPACE}/workerdeployments": _list(
            "WorkerDeployment", _GROUP, rollouts
        ),
        **{f"{pod}/{one['metadata']['name']}": one for one in pods},
        **{f"{pod}/{name}/log": text for name, text in logs.items()},
    }

    class Answering(BaseHTTPRequestHandler):
        """
        Answers from the table, else that there is none.
        """

        def do_GET(self) -> None:
            """
            Answer.
            """
            found = answers.get(self.path.partition("?")[0])
            missing = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound"}
            body = (found if isinstance(found, str) else json.dumps(found or missing)).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "text/plain" if isinstance(found, str) else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """
            Say nothing.
            """

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
