"""
A Kubernetes API in memory: objects as JSON, answers as the real client's models, refusals as its exceptions.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import kubernetes
from kubernetes.client.exceptions import ApiException

from loadtest.target.kubernetes.api import Api

_MODELS = {
    "lease": "V1Lease",
    "deployment": "V1Deployment",
    "deployment_scale": "V1Scale",
    "pod": "V1Pod",
    "event": "CoreV1Event",
    "config_map": "V1ConfigMap",
    "job": "V1Job",
    "cron_job": "V1CronJob",
    "horizontal_pod_autoscaler": "V2HorizontalPodAutoscaler",
}
_CALL = re.compile(r"(read|list|create|replace|patch|delete)_namespaced_(\w+)")
_CLIENT = kubernetes.client.ApiClient()


def as_model(document: Mapping[str, Any], model: str) -> Any:
    """
    Read JSON as the client reads an answer.
    """

    return _CLIENT.deserialize(json.dumps(document, default=str), model, "application/json")


def refusal(status: int, message: str = "no") -> ApiException:
    """
    What the client raises at an answer of this status.
    """
    error = ApiException(status=status, reason=message)
    error.body = json.dumps({"message": message})
    return error


class FakeCluster:
    """
    Objects by kind, namespace and name; a writer with an old resourceVersion gets 409.

    Attributes:
        calls: Every call's method and object, in order.
        before: Called with each of them first; may raise.
        logs: By pod and container.
    """

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str, str], None] = lambda _call, _name: None
        self.logs: dict[tuple[str, str], str] = {}
        self._numbers = itertools.count(1)

    @property
    def api(self) -> Api:
        """
        The cluster as the product sees it.
        """
        group: Any = self
        return Api(group, group, group, group, group, group, "a cluster in memory", pause_seconds=0.005)

    @property
    def api_client(self) -> Any:
        """
        What turns models into JSON.
        """
        return _CLIENT

    def put(self, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """
        Place an object, or replace it.
        """
        made = copy.deepcopy(dict(document))
        meta = made.setdefault("metadata", {})
        meta.setdefault("namespace", "loadtest")
        meta.setdefault("uid", f"uid-{next(self._numbers)}")
        meta.setdefault("creationTimestamp", datetime.now(UTC).isoformat())
        meta["resourceVersion"] = str(next(self._numbers))
        self.objects[kind, meta["namespace"], meta["name"]] = made
        return made

    def get(self, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        """
        The object, or nothing.
        """
        return self.objects.get((kind, namespace, name))

    def read_namespaced_pod_log(self, name: str, namespace: str, **query: Any) -> str:
        """
        The log of one container; a pod with several needs its name, as in a real cluster.
        """
        self._enter("read_log", name)
        pod = self._need("pod", namespace, name)
        containers = [one["name"] for one in pod["spec"]["containers"]]
        container = query.get("container") or (containers[0] if len(containers) == 1 else None)
        if container is None:
            raise refusal(400, f"a container name must be specified for pod {name}")
        return self.logs.get((name, container), "")

    def list_namespaced_custom_object(
        self, _group: str, _version: str, namespace: str, plural: str, **_: Any
    ) -> Any:
        """
        Objects of a custom kind; a kind that nobody has put is not known.
        """
        self._enter(f"list_{plural}", namespace)
        found = [o for (k, n, _name), o in self.objects.items() if k == plural and n == namespace]
        if not found:
            raise refusal(404, f"the server could not find {plural}")
        return {"items": copy.deepcopy(found)}

    def get_namespaced_custom_object(
        self, _group: str, _version: str, namespace: str, plural: str, name: str, **_: Any
    ) -> Any:
        """
        One object of a custom kind.
        """
        self._enter(f"get_{plural}", name)
        return copy.deepcopy(self._need(plural, namespace, name))

    def patch_namespaced_custom_object(
        self, _group: str, _version: str, namespace: str, plural: str, name: str, body: Any, **_: Any
    ) -> Any:
        """
        Merge into an object of a custom kind.
        """
        self._enter(f"patch_{plural}", name)
        return self._patch(plural, namespace, name, body)

    def __getattr__(self, call: str) -> Callable[..., Any]:
        found = _CALL.fullmatch(call)
        if found is None or found[2] not in _MODELS:
            raise AttributeError(call)
        verb, kind = found.groups()
        return lambda *arguments, **query: getattr(self, f"_{verb}")(kind, *arguments, **query)

    def _enter(self, call: str, name: str) -> None:
        self.calls.append((call, name))
        self.before(call, name)

    def _need(self, kind: str, namespace: str, name: str) -> dict[str, Any]:
        found = self.get(kind, namespace, name)
        if found is None:
            raise refusal(404, f"{kind} {name} not found")
        return found

    def _read(self, kind: str, name: str, namespace: str, **_: Any) -> Any:
        self._enter(f"read_{kind}", name)
        if kind == "deployment_scale":
            spec = self._need("deployment", namespace, name)["spec"]
            return as_model({"spec": {"replicas": spec["replicas"]}}, _MODELS[kind])
        return as_model(self._need(kind, namespace, name), _MODELS[kind])

    def _list(self, kind: str, namespace: str, **query: Any) -> Any:
        self._enter(f"list_{kind}", namespace)
        found = [o for (k, n, _), o in self.objects.items() if k == kind and n == namespace]
        selector = query.get("label_selector") or ""
        found = [o for o in found if _takes(selector, o["metadata"].get("labels", {}))]
        if field := query.get("field_selector"):
            path, _, value = field.partition("=")
            found = [o for o in found if _at(o, path) == value]
        return as_model({"items": found}, "V1PodList" if kind == "pod" else _list_model(kind))

    def _create(self, kind: str, namespace: str, body: Any, **_: Any) -> Any:
        document = _CLIENT.sanitize_for_serialization(body)
        name = document["metadata"]["name"]
        self._enter(f"create_{kind}", name)
        if self.get(kind, namespace, name) is not None:
            raise refusal(409, f"{kind} {name} already exists")
        document["metadata"]["namespace"] = namespace
        return as_model(self.put(kind, document), _MODELS[kind])

    def _replace(self, kind: str, name: str, namespace: str, body: Any, **_: Any) -> Any:
        self._enter(f"replace_{kind}", name)
        document = _CLIENT.sanitize_for_serialization(body)
        held = self._need(kind, namespace, name)["metadata"]
        self._same(document["metadata"].get("resourceVersion"), held)
        document["metadata"] |= {"namespace": namespace, "uid": held["uid"]}
        return as_model(self.put(kind, document), _MODELS[kind])

    def _patch(self, kind: str, first: str, second: str, body: Any, **_: Any) -> Any:
        # The custom objects' call names the namespace first.
        named = kind in _MODELS
        name, namespace = (first, second) if named else (second, first)
        if named:
            self._enter(f"patch_{kind}", name)
        held = self._need("deployment" if kind == "deployment_scale" else kind, namespace, name)
        _merge(held, body)
        return held

    def _delete(self, kind: str, name: str, namespace: str, **query: Any) -> None:
        self._enter(f"delete_{kind}", name)
        held = self._need(kind, namespace, name)["metadata"]
        body = _CLIENT.sanitize_for_serialization(query.get("body") or {})
        self._same(body.get("preconditions", {}).get("resourceVersion"), held)
        del self.objects[kind, namespace, name]
        if kind == "job":
            # The garbage collector takes what it owned.
            for key, one in list(self.objects.items()):
                owners = one["metadata"].get("ownerReferences", [])
                if any(owner["uid"] == held["uid"] for owner in owners):
                    del self.objects[key]

    def _same(self, version: str | None, held: Mapping[str, Any]) -> None:
        if version is not None and version != held["resourceVersion"]:
            raise refusal(409, "the object has been modified")


def _takes(selector: str, labels: Mapping[str, str]) -> bool:
    for part in filter(None, re.split(r",(?![^(]*\))", selector)):
        if several := re.fullmatch(r"(\S+) (in|notin) \((.*)\)", part):
            key, operator, values = several.groups()
            if (labels.get(key) in values.split(", ")) != (operator == "in"):
                return False
        else:
            key, _, value = part.partition("=")
            if labels.get(key) != value:
                return False
    return True


def _at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document.get(key, {})
    return document


def _list_model(kind: str) -> str:
    return {"event": "CoreV1EventList"}.get(kind, f"{_MODELS[kind]}List")


def _merge(target: dict[str, Any], patch: Mapping[str, Any]) -> None:
    for key, value in patch.items():
        if isinstance(value, Mapping):
            _merge(target.setdefault(key, {}), value)
        elif value is None:
            target.pop(key, None)
        else:
            target[key] = value
