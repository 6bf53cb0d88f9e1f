"""
Orders that end before what they started does are told, as nobody waits for the rest.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.readings.history_notes import orders_leave_work, work_left_behind
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.history_sample import HistorySample

PLAN = synthetic_steps.demo_plan()


@pytest.mark.parametrize(
    ("activities", "children", "told"),
    [
        (0, 0, None),
        (3, 0, "20 sampled orders ended before 3 activities"),
        (0, 20, "20 sampled orders ended before 20 child workflows"),
        (1, 1, "20 sampled orders ended before 1 activity and 1 child workflow"),
    ],
)
def test_work_that_goes_on_after_its_order_is_told(activities: int, children: int, told: str | None) -> None:
    """
    An abandoned child that waits for 12 s works in the next step, and a short window has none of it.
    """
    sample = HistorySample(20, (), (0.003,) * 40, left_activities=activities, left_children=children)

    step = read_step(replace(synthetic_steps.step(), histories=sample), PLAN)

    notes = [note for note in step.notes if "sampled orders ended before" in note]
    assert [note.partition(" that they had")[0] for note in notes] == ([] if told is None else [told])


@pytest.mark.parametrize(
    ("failed", "told"),
    [(0, "as with abandoned ones"), (5, "as where the server ends them (time limit, termination)")],
    ids=["abandoned", "timed-out"],
)
def test_orders_that_the_server_ended_are_not_said_to_abandon_what_they_started(
    failed: int, told: str
) -> None:
    """They would have waited for it."""
    sample = HistorySample(20, (), (0.003,) * 40, left_activities=3)
    step = replace(synthetic_steps.step(), histories=sample)
    ended = {Failure(FailureKind.WORKFLOW, "TimeoutError"): failed} if failed else {}
    whole = replace(step.injector.whole, failed=ended)
    step = replace(step, injector=replace(step.injector, whole=whole))

    assert told in (work_left_behind(step) or "")
    assert told in (orders_leave_work(step) or "")
