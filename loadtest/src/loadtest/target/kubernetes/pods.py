"""
The pods of a Deployment: which of them run, and their last events and log lines.

It reads and decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.errors import TargetError
from loadtest.plural import counted
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked
from loadtest.target.kubernetes.main_container import is_over, main_container, status_of

_EVENTS = 3
_LOG_LINES = 8
# Most different states that are described; more of them would tell nothing more.
_GROUPS = 4
_VERSION = "pod-template-hash"


@dataclass(frozen=True, slots=True)
class Pods:
    """
    The pods that a selector selects.

    Attributes:
        api: The cluster.
        namespace: Namespace of the pods.
        selector: Labels as the API takes them, ``a=b,c in (d)``.
        deployment: Deployment whose pods alone are meant; ``None`` for all that the selector takes.
    """

    api: Api
    namespace: str
    selector: str
    deployment: str | None = None

    def listed(self) -> list[Any]:
        """
        Return every pod, also those that are ending or have ended.
        """
        with asked(f"list pods in {self.namespace}"):
            found = self.api.core.list_namespaced_pod(
                self.namespace, label_selector=self.selector, _request_timeout=REQUEST_SECONDS
            )
        return [pod for pod in found.items if self.deployment is None or _may_be_of(pod, self.deployment)]

    def all(self) -> list[Any]:
        """
        Return every pod that has not been told to end.
        """
        return [pod for pod in self.listed() if not is_leaving(pod)]

    def story(self, pods: Sequence[Any]) -> str:
        """
        Describe the pods that are not ready: one line for all in the same state, with the last events of one of them,
        and its last log lines if it has died.
        """
        groups: dict[str, list[Any]] = {}
        for pod in pods:
            if not is_ready(pod):
                groups.setdefault(state(pod), []).append(pod)
        lines = []
        for said, alike in sorted(groups.items(), key=lambda group: -len(group[1]))[:_GROUPS]:
            name = alike[0].metadata.name
            who = name if len(alike) == 1 else f"{len(alike)} pods, such as {name}"
            lines.append("; ".join([f"{who}: {said}", *self.events(name)]))
            lines += self._logs(alike[0])
        if len(groups) > _GROUPS:
            lines.append(f"and {len(groups) - _GROUPS} more ways")
        return "\n".join(lines)

    def refusal(self, owner: str, *, uid: str | None = None, after: str = "") -> str:
        """
        Say why pods are not made at all, such as for a quota; empty where nothing is known.

        The reason is in the events of the Job or ReplicaSet, as a refused pod is in no list.

        Args:
            owner: Name of the Job, or the beginning of the ReplicaSets' names.
            uid: UID of the owner, as the events of one that had its name before stay for an hour; ``None`` takes both.
            after: Time as ``last_refusal_at`` returns it; older events do not count.
        """
        try:
            events = self._refusals(owner, uid)
        except TargetError as error:
            # The error to which this is added matters more than events that cannot be read.
            return f"no events: {error}"
        last = max(events, key=_at, default=None)
        if last is None or _at(last) <= after:
            return ""
        return f"{last.involved_object.kind} {last.involved_object.name} makes no more pods: {_words(last.message)}"

    def last_refusal_at(self, owner: str) -> str:
        """
        Return the time of the last event by which pods were refused; empty where there is none.

        Raises:
            TargetError: Events cannot be read.
        """
        return max(map(_at, self._refusals(owner, None)), default="")

    def _refusals(self, owner: str, uid: str | None) -> list[Any]:
        with asked(f"list events in {self.namespace}"):
            found = self.api.core.list_namespaced_event(
                self.namespace, field_selector="reason=FailedCreate", _request_timeout=REQUEST_SECONDS
            )
        return [
            event
            for event in found.items
            if event.involved_object.kind in ("Job", "ReplicaSet")
            and f"{event.involved_object.name}-".startswith(f"{owner}-")
            and uid in (None, event.involved_object.uid)
        ]

    def events(self, name: str) -> list[str]:
        """
        Return the last events of a pod, which outlive it for a while.
        """
        try:
            with asked(f"list events in {self.namespace}"):
                found = self.api.core.list_namespaced_event(
                    self.namespace,
                    field_selector=f"involvedObject.name={name}",
                    _request_timeout=REQUEST_SECONDS,
                )
        except TargetError as error:
            # The error to which this is added matters more than events that cannot be read.
            return [f"no events: {error}"]
        events = sorted(found.items, key=_at)
        texts = (f"event {event.reason}: {_words(event.message)}" for event in events)
        return list(dict.fromkeys(texts))[-_EVENTS:]

    def _logs(self, pod: Any) -> list[str]:
        status = _at_fault(pod) or status_of(pod, main_container(pod))
        if status is None or not (status.state.running or status.state.terminated or status.restart_count):
            # A container that never ran has no log.
            return []
        try:
            with asked(f"get pods/log {self.namespace}/{pod.metadata.name}"):
                text = self.api.core.read_namespaced_pod_log(
                    pod.metadata.name,
                    self.namespace,
                    container=status.name,
                    tail_lines=_LOG_LINES,
                    previous=status.state.waiting is not None and status.restart_count > 0,
                    _request_timeout=REQUEST_SECONDS,
                )
        except TargetError as error:
            # The error to which this is added matters more than a log that cannot be read.
            return [f"  no log: {error}"]
        return [f"  log {line}" for line in text.splitlines()]


def _may_be_of(pod: Any, deployment: str) -> bool:
    """
    Tell whether no other object has made a pod, such as a CronJob whose pods carry the same labels; Kubernetes names a
    Deployment's ReplicaSets after it and their template.
    """
    maker = next((owner for owner in pod.metadata.owner_references or [] if owner.controller), None)
    version = (pod.metadata.labels or {}).get(_VERSION)
    return maker is None or (maker.kind, maker.name) == ("ReplicaSet", f"{deployment}-{version}")


def _at(event: Any) -> str:
    return str(event.last_timestamp or event.event_time or "")


def _words(message: object) -> str:
    return " ".join(str(message).split())


def is_leaving(pod: Any) -> bool:
    """
    Tell whether a pod was told to end and still exists.
    """
    return pod.metadata.deletion_timestamp is not None


def is_ready(pod: Any) -> bool:
    """
    Tell whether a pod runs and reports that it is ready.
    """
    conditions = pod.status.conditions or []
    return not is_over(pod) and any(found.type == "Ready" and found.status == "True" for found in conditions)


def versions(pods: Sequence[Any]) -> list[str]:
    """
    Return the versions of the Deployment's template that pods have, by their labels; pods without the label count as
    one version.
    """
    return sorted({str((pod.metadata.labels or {}).get(_VERSION, "")) for pod in pods})


def state(pod: Any) -> str:
    """
    Describe the state of a pod in a few words.
    """
    if pod.status.reason:
        # What the node or the scheduler did to the pod, such as Evicted.
        return f"{pod.status.reason}: {pod.status.message}" if pod.status.message else str(pod.status.reason)
    faulty = _at_fault(pod)
    if faulty is not None:
        ended = faulty.state.terminated
        told = (
            faulty.state.waiting.reason if ended is None else f"{ended.reason}, exit code {ended.exit_code}"
        )
        return f"{faulty.name}: {told}"
    for status in pod.status.container_statuses or []:
        if status.state.waiting is not None:
            return f"{status.name} waits for {_initializing(pod)}"
        if not status.ready:
            return f"{status.name} runs but is not ready, {counted(status.restart_count, 'restart')}"
    for condition in pod.status.conditions or []:
        if condition.type == "PodScheduled" and condition.status == "False":
            return f"no node takes it: {condition.message}"
        if condition.type == "Ready" and condition.reason == "ReadinessGatesNotReady":
            # All containers are ready; what is missing is another controller's word, such as a load balancer's.
            return f"its containers are ready, but not the pod: {condition.message}"
    return str(pod.status.phase)


def _at_fault(pod: Any) -> Any | None:
    """
    Return the status of a container that cannot start or has failed, the main one first; ``None`` where there is none.
    """
    main = main_container(pod)
    statuses = [*(pod.status.init_container_statuses or []), *(pod.status.container_statuses or [])]
    for status in sorted(statuses, key=lambda one: one.name != main):
        waiting, ended = status.state.waiting, status.state.terminated
        if waiting is not None and waiting.reason != "PodInitializing":
            return status
        if ended is not None and ended.exit_code != 0:
            return status
    return None


def _initializing(pod: Any) -> str:
    """
    Name the init container at which a pod stands: one that runs, unless it is a sidecar that has started.
    """
    sidecars = {one.name for one in pod.spec.init_containers or [] if one.restart_policy == "Always"}
    for status in pod.status.init_container_statuses or []:
        if status.state.running is not None and not (status.name in sidecars and status.started):
            return f"init container {status.name}"
    return "the pod's init containers"
