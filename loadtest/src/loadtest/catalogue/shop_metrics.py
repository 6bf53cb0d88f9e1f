"""
What the repair shop counts of its own business, on its workers' pages.

No reading of a step is made from them: a user's own worker has other business metrics.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, Writer, counter, gauge

_WRITER = Writer("repair worker", since="repair-worker 0.1.0")


SHOP_METRICS: tuple[Metric, ...] = (
    counter(
        key="worker.shop_activities",
        name="repairshop_activities_total",
        unit="attempts",
        labels=("step", "outcome"),
        meaning="Attempts of activities, by step and outcome.",
        writer=_WRITER,
        event="an attempt ends",
        split="outcome",
        read_by_sweep=False,
    ),
    counter(
        key="worker.shop_orders",
        name="repairshop_orders_total",
        unit="orders",
        labels=("namespace", "task_queue", "workflow_type", "outcome"),
        meaning="Orders that ended, by outcome; not counted again when a history is replayed.",
        writer=_WRITER,
        event="an order ends",
        split="outcome",
        read_by_sweep=False,
    ),
    gauge(
        key="worker.shop_server_up",
        name="repairshop_server_up",
        unit="",
        labels=(),
        meaning="1 while the server answers; looked at every 5 s.",
        writer=_WRITER,
        read_by_sweep=False,
    ),
    gauge(
        key="worker.shop_receives_new_orders",
        name="repairshop_version_receives_new_orders",
        unit="",
        labels=(),
        meaning="1 while this worker's version is current or ramping, or has no version.",
        writer=_WRITER,
        read_by_sweep=False,
    ),
)
