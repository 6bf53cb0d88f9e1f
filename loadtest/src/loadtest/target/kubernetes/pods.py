"""
The pods of a Deployment: which run, under which address, and what they last said.

It reads and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.errors import TargetError
from loadtest.results.measured import Replica
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked

_EVENTS = 5
_LOG_LINES = 8


@dataclass(frozen=True, slots=True)
class Pods:
    """
    The pods that a set of labels selects.

    Attributes:
        api: The cluster.
        namespace: Where.
        labels: Of a Deployment's selector.
    """

    api: Api
    namespace: str
    labels: Mapping[str, str]

    def all(self) -> list[Any]:
        """
        Return every pod that has not been told to end.
        """
        selector = ",".join(f"{key}={value}" for key, value in sorted(self.labels.items()))
        with asked(f"list pods in {self.namespace}"):
            found = self.api.core.list_namespaced_pod(
                self.namespace, label_selector=selector, _request_timeout=REQUEST_SECONDS
            )
        return [pod for pod in found.items if pod.metadata.deletion_timestamp is None]

    def leaving(self) -> int:
        """
        Return how many pods were told to end and are still there.
        """
        selector = ",".join(f"{key}={value}" for key, value in sorted(self.labels.items()))
        with asked(f"list pods in {self.namespace}"):
            found = self.api.core.list_namespaced_pod(
                self.namespace, label_selector=selector, _request_timeout=REQUEST_SECONDS
            )
        return sum(1 for pod in found.items if pod.metadata.deletion_timestamp is not None)

    def story(self, pods: Sequence[Any]) -> str:
        """
        Say how pods fare: state, last events and last log lines of each that is not ready.
        """
        lines = []
        for pod in pods:
            if not is_ready(pod):
                lines += [
                    f"{pod.metadata.name}: {state(pod)}",
                    *self._events(pod.metadata.name),
                    *self._logs(pod),
                ]
        return "\n".join(lines)

    def _events(self, name: str) -> list[str]:
        with asked(f"list events in {self.namespace}"):
            found = self.api.core.list_namespaced_event(
                self.namespace, field_selector=f"involvedObject.name={name}", _request_timeout=REQUEST_SECONDS
            )
        events = sorted(found.items, key=lambda event: str(event.last_timestamp or event.event_time or ""))
        return [f"  event {event.reason}: {event.message}" for event in events[-_EVENTS:]]

    def _logs(self, pod: Any) -> list[str]:
        statuses = pod.status.container_statuses or []
        if not statuses or (statuses[0].state.waiting and not statuses[0].restart_count):
            # A container that never ran has no log.
            return []
        try:
            with asked(f"get pods/log {self.namespace}/{pod.metadata.name}"):
                text = self.api.core.read_namespaced_pod_log(
                    pod.metadata.name,
                    self.namespace,
                    tail_lines=_LOG_LINES,
                    previous=statuses[0].state.running is None and statuses[0].restart_count > 0,
                    _request_timeout=REQUEST_SECONDS,
                )
        except TargetError as error:
            # The error that this story belongs to matters more than a log that is away.
            return [f"  no log: {error}"]
        return [f"  log {line}" for line in text.splitlines()]


def is_ready(pod: Any) -> bool:
    """
    Tell whether a pod runs and says that it is ready.
    """
    conditions = pod.status.conditions or []
    return any(found.type == "Ready" and found.status == "True" for found in conditions)


def state(pod: Any) -> str:
    """
    Say in a few words how a pod fares.
    """
    for status in pod.status.container_statuses or []:
        if status.state.waiting is not None:
            return str(status.state.waiting.reason)
        if status.state.terminated is not None:
            ended = status.state.terminated
            return f"{ended.reason}, exit code {ended.exit_code}"
        if not status.ready:
            return f"runs but is not ready, {status.restart_count} restarts"
    for condition in pod.status.conditions or []:
        if condition.type == "PodScheduled" and condition.status == "False":
            return f"no node takes it: {condition.message}"
    return str(pod.status.phase)


def has_died(pod: Any) -> bool:
    """
    Tell whether a container of a pod ended by itself at least once.
    """
    return any(
        status.restart_count > 0 or status.state.terminated is not None
        for status in pod.status.container_statuses or []
    )


def replica(pod: Any) -> Replica:
    """
    Return a ready pod as a replica: named by the pod, started when its container was.
    """
    running = [status.state.running for status in pod.status.container_statuses if status.state.running]
    ports = [
        port.container_port
        for container in pod.spec.containers
        for port in container.ports or []
        if port.name == "metrics"
    ]
    url = f"http://{pod.status.pod_ip}:{ports[0]}/metrics" if ports else None
    started_at = max((found.started_at.timestamp() for found in running), default=0.0)
    return Replica(pod.metadata.name, url, None, started_at)
