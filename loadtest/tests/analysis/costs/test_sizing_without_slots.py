"""
What a rate needs where the closed loads were of workers whose slots nobody knows.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic_steps

from loadtest.analysis.costs.sizing import size
from loadtest.analysis.costs.sizing_steps import extrapolation_of
from loadtest.results.measured_step import Measured
from loadtest.results.worker_facts import WorkerFacts

PLAN = synthetic_steps.demo_plan(replicas=(1, 2, 3, 4))
STEPS = synthetic_steps.steps(PLAN)


def _slots_unknown(step: Measured) -> Measured:
    worker = WorkerFacts("worker-1", why="its slots are not known: it serves no page")
    return replace(step, slots=None, slots_used=None, workers=(worker,))


def test_a_closed_load_of_unknown_slots_tells_no_capacity() -> None:
    """
    It was sized without them, so that its loop may have been too small to fill them.
    """
    steps = [_slots_unknown(step) if step.key.kind == "saturate" else step for step in STEPS]

    found = size(steps, PLAN, synthetic_steps.manifest(), 5.0)

    assert extrapolation_of(steps, PLAN) is None
    assert found.replicas.needed is None
    assert found.replicas.why == (
        "no saturate step tells what replicas carry: its slots are not known: it serves no page"
    )
    assert found.contention == "not known, as no saturate step tells throughput"


def test_a_closed_load_of_unknown_slots_is_left_out_of_the_others() -> None:
    """
    Its throughput is no point of the line that tells more replicas.
    """
    most = max(step.key.replicas for step in STEPS)
    steps = [
        _slots_unknown(step) if step.key.kind == "saturate" and step.key.replicas == most else step
        for step in STEPS
    ]

    growth = extrapolation_of(steps, PLAN)

    assert growth is not None
    assert growth.counts == (1, 2, 3)
