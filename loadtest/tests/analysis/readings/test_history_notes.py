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


def test_one_order_that_timed_out_changes_nothing_of_what_is_said() -> None:
    """It says nothing of how the sampled ones ended, and a run kept two notes that contradicted each other."""
    sample = HistorySample(20, (), (0.003,) * 40, left_activities=3)
    step = replace(synthetic_steps.step(), histories=sample)
    whole = replace(step.injector.whole, failed={Failure(FailureKind.WORKFLOW, "TimeoutError"): 1})
    timed_out = replace(step, injector=replace(step.injector, whole=whole))

    assert "as abandoned ones, or where the server ends orders" in (work_left_behind(step) or "")
    assert work_left_behind(timed_out) == work_left_behind(step)
    assert orders_leave_work(timed_out) == orders_leave_work(step)
