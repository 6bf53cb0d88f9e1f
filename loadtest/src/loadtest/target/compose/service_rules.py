"""
Whether a service of a compose file can be scaled, and runs as the plan says: rules on its rendered configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtest.plan import Plan
from loadtest.target.worker_setup_labels import ACTIVITY_SLOTS, TASK_QUEUE


def why_unscalable(
    name: str, service: Mapping[str, Any], most: int, metrics_port: int | None
) -> tuple[str, ...]:
    """
    Return what prevents a service from having that many replicas that a sweep can tell apart, one sentence each.

    Args:
        name: Name of the service as the user gave it.
        service: Configuration of the service as ``docker compose config`` renders it.
        most: Highest replica count.
        metrics_port: TCP port inside the container that must be published; ``None`` where none was asked for.
    """
    where = f"--service {name}"
    problems = [
        f"{where}: {key}: {service[key]}: {why}; leave the key out"
        for key, why in (
            ("container_name", "two containers cannot have one name"),
            ("hostname", "replicas would poll under one name and could not be told apart"),
        )
        if service.get(key)
    ]
    if service.get("network_mode") == "host":
        problems.append(
            f"{where}: network_mode: host: replicas would share host name and ports; take a network of its own"
        )
    ports = service.get("ports") or []
    for port in ports:
        offered = _offered(str(port.get("published") or ""))
        if offered is not None and offered < most:
            host = port.get("host_ip") or "127.0.0.1"
            problems.append(
                f"{where}: ports: {port['published']}:{port['target']}: {most} replicas want {most} ports of the host; "
                f"write {host}::{port['target']}, which takes free ones"
            )
    if metrics_port is not None and metrics_port not in [port.get("target") for port in ports]:
        problems.append(
            f"--worker-metrics-port {metrics_port}: the service {name} does not publish it, so no page of a replica "
            f"can be read from here; add `ports: [127.0.0.1::{metrics_port}]`"
        )
    return tuple(problems)


def _offered(published: str) -> int | None:
    """
    Return how many ports of the host can be published; ``None`` for no limit.
    """
    if published in ("", "0"):
        return None
    first, _, last = published.partition("-")
    return int(last or first) - int(first) + 1


def deviations_from_plan(name: str, labels: Mapping[str, str], plan: Plan) -> tuple[str, ...]:
    """
    Return where the labels of a service and the plan contradict each other, one sentence each.
    """
    slots, queue = labels.get(ACTIVITY_SLOTS), labels.get(TASK_QUEUE)
    asked, problems = plan.worker.activity_slots, []
    if asked is not None and slots is not None and slots != str(asked):
        problems.append(
            f"plan: worker.activity_slots = {asked}: the service {name} has {slots}; "
            f"write {slots}, or start it with {asked}"
        )
    if queue is not None and queue != plan.task_queue:
        problems.append(
            f"plan: task_queue = {plan.task_queue!r}: the service {name} polls {queue!r}; write that"
        )
    return tuple(problems)
