"""
What the repair shop counts of its own business, on its workers' pages.

No reading of a step is made from it: a user's own worker has another business.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Kind, Metric, Presence


def _shop(
    key: str,
    name: str,
    kind: Kind,
    labels: tuple[str, ...],
    unit: str,
    meaning: str,
    event: str | None = None,
) -> Metric:
    return Metric(
        key=f"worker.shop_{key}",
        name=f"repairshop_{name}",
        kind=kind,
        unit=unit,
        labels=labels,
        meaning=meaning,
        source="repair worker",
        presence=Presence.ALWAYS if event is None else Presence.ON_EVENT,
        since="repair-worker 0.1.0",
        event=event,
        split=labels[-1] if labels else None,
    )


SHOP: tuple[Metric, ...] = (
    _shop(
        "activities",
        "activities_total",
        Kind.COUNTER,
        ("step", "outcome"),
        "attempts",
        "Attempts of activities, by step and outcome.",
        "an attempt ends",
    ),
    _shop(
        "orders",
        "orders_total",
        Kind.COUNTER,
        ("namespace", "task_queue", "workflow_type", "outcome"),
        "orders",
        "Orders that ended, by outcome; not counted again when a history is replayed.",
        "an order ends",
    ),
    _shop("server_up", "server_up", Kind.GAUGE, (), "", "1 while the server answers; looked at every 5 s."),
    _shop(
        "receives_new_orders",
        "version_receives_new_orders",
        Kind.GAUGE,
        (),
        "",
        "1 while this worker's version is current or ramping, or has no version.",
    ),
)
