"""
Activities that wait inside of their slots: their waits are in no schedule-to-start.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from closed_steps import closed_step

from loadtest.analysis import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.resource_use import MachineUse

PLAN = synthetic_steps.demo_plan()


def _told(closed: Measured, replicas: int = 1) -> list[str]:
    judged = judge_closed([closed], PLAN)
    assert all(each.is_valid for each in judged)
    notes = read_step(synthetic_steps.step(replicas, "open"), PLAN, judged).notes
    return [note for note in notes if "held its slot" in note]


def _on(closed: Measured, machine: MachineUse) -> Measured:
    return replace(closed, limits=replace(closed.limits, machine=machine))


@pytest.mark.parametrize(
    ("held", "is_told"), [(1.0, False), (1.5, False), (3.0, True)], ids=["alike", "somewhat", "far-longer"]
)
def test_activities_that_wait_inside_of_their_slots_are_told(held: float, is_told: bool) -> None:
    """
    Three threads for twenty slots: tasks are taken at once, and the slots hold what waits for a thread.
    """
    told = _told(_on(closed_step(held=held), MachineUse(8, 2.0, 0.0)))

    assert bool(told) is is_told
    assert all(
        "threads of an executor" in note and "more slots would not shorten it" in note for note in told
    )


def test_nothing_is_told_where_cores_ran_out() -> None:
    """Everything takes longer then, in the workers and on their machine."""
    assert not _told(_on(closed_step(held=3.0), MachineUse(2, 2.0, 0.0)))
    busy = _on(closed_step(held=3.0), MachineUse(8, 2.0, 0.0))
    cores = ProcessUse(0.95 * busy.window_seconds, None)
    assert not _told(replace(busy, use={**busy.use, "worker": cores}))


def test_the_closed_load_of_other_replicas_tells_nothing() -> None:
    """Four replicas have more that is shared."""
    assert not _told(_on(closed_step(held=3.0), MachineUse(8, 2.0, 0.0)), replicas=2)
