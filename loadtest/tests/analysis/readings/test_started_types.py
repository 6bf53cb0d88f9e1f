"""
Which of the types that closed were started by the injectors.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.readings.workflow_counts import (
    WORKER_CLOSED,
    closed_by_server,
    closed_by_workers,
    started_types,
)
from loadtest.results.history_sample import HistorySample
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference

PLAN = synthetic_steps.demo_plan()


def with_types(step: Measured, sampled: tuple[str, ...], **closed: float) -> Measured:
    """
    The same step, had so many workflows of each type closed, and the sampled orders been of these types.
    """

    def change(difference: Difference | None, name: str) -> Difference:
        assert difference is not None
        return replace(
            difference,
            counters={**difference.counters, name: sum(closed.values())},
            by_label={name: dict(closed)},
        )

    return replace(
        step,
        worker_whole=change(step.worker_whole, "worker.workflow_completed"),
        server_whole=change(step.server_whole, "server.workflow_closed"),
        histories=HistorySample(20, (), (), workflow_types=dict.fromkeys(sampled, 20 // len(sampled))),
    )


def test_children_of_orders_that_are_still_open_are_not_taken_for_orders(steady: Measured) -> None:
    """
    Above capacity each order has its first child while few are done: the counts alone would name the child.
    """
    sent = steady.injector.whole.sent
    step = with_types(steady, ("Order",), Order=sent - 40, Inspection=sent)

    assert closed_by_workers(step) == closed_by_server(step) == sent - 40


def test_orders_of_two_types_are_all_counted(steady: Measured) -> None:
    """
    A scenario may start one type or another, and each may have children.
    """
    sent = steady.injector.whole.sent
    alone = with_types(steady, ("Repair", "Sale"), Repair=sent - 30, Sale=30)
    step = with_types(steady, ("Repair", "Sale"), Repair=sent - 30, Sale=30, Inspection=sent - 2)

    assert closed_by_workers(alone) == closed_by_server(step) == sent
    assert started_types(alone, WORKER_CLOSED) is None
    assert any("beside Repair and Sale" in note for note in read_step(step, PLAN).notes)
