"""
Systems with one limit that is known, because it was planted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.results.suspect import SuspectName

# Six light activities of 0.1 s: what two cores can carry is above every limit that is planted.
ORDERS, SLOTS = 20, 100


@dataclass(frozen=True, slots=True)
class Plant:
    """
    One planted limit.

    Attributes:
        name: Name of what was planted.
        truth: Suspects that are right; naming one of them is enough.
        worker: Keys of the plan's ``[worker]``.
        work: Keys of the plan's ``[work]``.
        server: Dynamic configuration of the server.
        orders: Number of orders in flight.
        limited: Flags of the worker with a planted limit; ``None`` runs the kit's own worker.
        slow_way: Whether the connection between worker and server has a round trip of 0.1 s.
        shared_calls: Number of calls that the system behind every activity serves at the same time; ``None`` calls
            none.
        queue_per_second: Rate limit of the queue, set by API; ``None`` sets none.
    """

    name: str
    truth: frozenset[SuspectName]
    worker: Mapping[str, int] = field(default_factory=dict)
    work: Mapping[str, float] = field(default_factory=dict)
    server: Mapping[str, float] = field(default_factory=dict)
    orders: int = ORDERS
    limited: tuple[str, ...] | None = None
    slow_way: bool = False
    shared_calls: int | None = None
    queue_per_second: float | None = None

    @property
    def slots(self) -> int:
        """
        Activity slots of the worker.
        """
        return self.worker.get("activity_slots", SLOTS)

    def plan(self) -> str:
        """
        Return the plan's text.
        """
        tables: dict[str, Mapping[str, Any]] = {
            "[[loads]]": {
                "kind": "saturate",
                "in_flight_per_slot": self.orders / self.slots,
                "window_seconds": 15,
            },
            "[work]": {"seconds": 0.1, "spread_ratio": 0.2, **self.work},
            "[worker]": {"activity_slots": SLOTS, **self.worker},
            "[server.dynamic_config]": self.server,
        }
        lines = ['name = "planted"', "replicas = [1]", "drain_seconds = 120"]
        if self.queue_per_second is not None:
            lines.append(f"queue_activities_per_second = {self.queue_per_second}")
        for head, keys in tables.items():
            # A JSON scalar is one of TOML as well.
            lines += ["", head, *(f'"{key}" = {json.dumps(value)}' for key, value in keys.items())]
        return "\n".join(lines) + "\n"


def _of(name: str, *truth: SuspectName, **planted: Any) -> Plant:
    return Plant(name, frozenset(truth), **planted)


S = SuspectName
PLANTS: Mapping[str, Plant] = {
    plant.name: plant
    for plant in (
        _of("nothing at all", S.MACHINE, S.SERVER, orders=40),
        _of("starved injector", S.ORDERS_IN_FLIGHT, orders=2),
        _of("activity slots", S.ACTIVITY_SLOTS, worker={"activity_slots": 2}),
        _of(
            "workflow slots",
            S.WORKFLOW_SLOTS,
            worker={"workflow_task_slots": 2, "workflow_pollers": 12, "activity_pollers": 12},
            slow_way=True,
        ),
        _of(
            "activity pollers",
            S.ACTIVITY_POLLERS,
            worker={"activity_pollers": 1, "workflow_pollers": 12},
            slow_way=True,
        ),
        _of(
            "workflow pollers",
            S.WORKFLOW_POLLERS,
            worker={"activity_pollers": 12, "workflow_pollers": 2},
            slow_way=True,
        ),
        _of("cache", S.CACHE, worker={"max_cached_workflows": 1}),
        _of("worker CPU", S.WORKER_CPU, work={"seconds": 0.0, "cpu_seconds": 0.04}),
        _of("queue rate by API", S.QUEUE_RATE_API, queue_per_second=20.0),
        _of("queue rate by worker", S.QUEUE_RATE_WORKER, limited=("--queue-activities-per-second", "20")),
        _of("worker's own rate", S.WORKER_RATE, limited=("--activities-per-second", "20")),
        _of(
            "namespace RPS",
            S.REQUEST_RATE,
            server={"frontend.namespaceRPS": 100, "frontend.namespaceBurstRatio": 1.0},
        ),
        _of("persistence QPS", S.PERSISTENCE_RATE, server={"history.persistenceMaxQPS": 150}),
        _of("downstream", S.DOWNSTREAM, work={"seconds": 0.0}, shared_calls=2),
    )
}
