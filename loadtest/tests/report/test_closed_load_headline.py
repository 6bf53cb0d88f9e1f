"""
What a run says of a closed load by its slots, and of one whose slots nobody saw.
"""

from __future__ import annotations

from dataclasses import replace

import synthetic_steps

from loadtest.analysis import analyse
from loadtest.report.headlines import headlines
from loadtest.results.step_result_parts import Limit


def test_a_closed_load_on_slots_that_nobody_saw_is_not_called_saturated() -> None:
    """
    What it completes is told all the same.
    """
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    steps = tuple(
        replace(step, capacity=replace(step.capacity, limit=Limit.UNKNOWN))
        if step.capacity is not None
        else step
        for step in sweep.steps
    )

    told = next(line for line in headlines(replace(sweep, steps=steps)) if "complete" in line)

    assert told.startswith(
        "4 replicas complete 8.5 ± 0.3 orders/s under a closed load (what limited it is not known)"
    )


def test_the_slots_that_a_closed_load_filled_are_told_by_their_number() -> None:
    """
    As the workers told it, whatever the plan names.
    """
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    steps = tuple(replace(step, activity_slots=100 * step.replicas) for step in sweep.steps)

    told = next(line for line in headlines(replace(sweep, steps=steps)) if line.startswith("One order takes"))

    assert told.endswith("counted with 4 replicas and 400 slots, saturated.")
