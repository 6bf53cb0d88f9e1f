"""
Closed steps that leave slots free, and second ones with twice the orders in flight.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic_steps

from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference, Histogram

EXECUTION = "worker.activity_execution"
WAITS = "worker.activity_schedule_to_start"
# Waits so short that orders are elsewhere, and the slots without a task, for much of the time.
_LACKING_ORDERS = 0.05


def closed_step(
    plan: Plan | None = None,
    *,
    replicas: int = 1,
    repetition: int = 1,
    doubled: bool = False,
    used: float = 0.85,
    more: float = 1.0,
    held: float = 1.0,
    lacking: bool = True,
) -> Measured:
    """
    A valid closed step.

    Args:
        plan: The demo's by default.
        replicas, repetition: Which.
        doubled: Whether it is the second one.
        used: Share of the slots in use.
        more: How many times the activities of the first one are finished in its window.
        held: How many times as long as in the first one each holds its slot.
        lacking: Whether slots are free for want of orders, and not while tasks wait.
    """
    raw = synthetic_steps.step(replicas, "saturate", repetition, plan)
    assert raw.worker_window is not None and raw.slots is not None and raw.in_flight is not None
    made = replace(
        raw,
        key=replace(raw.key, doubled=doubled),
        in_flight=raw.in_flight * (2 if doubled else 1),
        started_at=raw.started_at + (20 if doubled else 0),
        slots_used=used * raw.slots,
        worker_window=_finishing(raw.worker_window, more, held),
    )
    return lacking_orders(made) if lacking else made


def lacking_orders(step: Measured) -> Measured:
    """
    Let the tasks of a closed step wait so shortly that its slots are free for want of orders.
    """
    window = step.worker_window
    assert window is not None
    waits = window.histograms[WAITS]
    shorter = Histogram(waits.bounds, waits.counts, _LACKING_ORDERS * waits.sum)
    return replace(step, worker_window=replace(window, histograms={**window.histograms, WAITS: shorter}))


def _finishing(window: Difference, more: float, held: float) -> Difference:
    execution = window.histograms[EXECUTION]
    counts = tuple(round(more * count) for count in execution.counts)
    mean = execution.sum / execution.count
    scaled = Histogram(execution.bounds, counts, sum(counts) * mean * held)
    finished = more * window.counters["worker.activity_finished"]
    return replace(
        window,
        counters={**window.counters, "worker.activity_finished": finished},
        histograms={**window.histograms, EXECUTION: scaled},
    )
