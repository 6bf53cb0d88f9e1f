"""
What is said of a mean number of activities that is not the scenario's, and of work that is not looked at.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis.judged_steps.step_notes import step_notes
from loadtest.analysis.readings.workflow_counts import SERVER_ACTIVITIES
from loadtest.results.history_sample import NEXUS, HistorySample
from loadtest.results.measured_step import Measured

PLAN = synthetic_steps.demo_plan()
OVENS = HistorySample(20, (), (0.003,) * 40, elsewhere={"ovens": 40})
HERE = HistorySample(20, (), (0.003,) * 40)


def _with_more(step: Measured) -> Measured:
    """
    The same step, of a scenario that says half the activities.
    """
    assert step.activities_per_workflow is not None
    return replace(step, activities_per_workflow=step.activities_per_workflow // 2)


def _counted_by_server(step: Measured) -> Measured:
    """
    The same step, of workers without a page.
    """
    assert SERVER_ACTIVITIES in (step.server_whole.counters if step.server_whole is not None else {})
    return replace(step, worker_whole=None, worker_window=None, worker_halves=None)


def _told(step: Measured) -> str:
    (note,) = [note for note in step_notes(step, PLAN) if "activity attempts in the mean" in note]
    return note


@pytest.mark.parametrize(
    ("sample", "by_server", "open_at_end", "told"),
    [
        pytest.param(HERE, True, 0, "3 without retries and rework", id="retries"),
        pytest.param(OVENS, True, 0, "with those of other task queues", id="another-queue"),
        pytest.param(OVENS, False, 0, "3 without retries and rework", id="a-page-counts-one-queue"),
        pytest.param(HERE, False, 40, "with those of orders that did not end", id="open-orders"),
        pytest.param(
            replace(HERE, nexus_operations=20),
            False,
            0,
            "with those of workflows behind their Nexus operations",
            id="nexus",
        ),
    ],
)
def test_only_what_may_be_retries_is_told_as_retries(
    sample: HistorySample, by_server: bool, open_at_end: int, told: str
) -> None:
    """
    The server counts the activities of all task queues, and both sides those of orders that never ended: three loaves of
    three ovens were one loaf that was tried three times.
    """
    step = _with_more(replace(synthetic_steps.step(1, "saturate"), histories=sample))
    step = replace(step, injector=replace(step.injector, open_at_end=open_at_end))

    note = _told(_counted_by_server(step) if by_server else step)

    assert told in note
    assert ("retries" in note) is ("retries" in told)
    assert "throughput is counted with the former" in note


@pytest.mark.parametrize(
    ("queues", "told"), [({"ovens": 20, "shop": 2}, ["(ovens, shop)"]), ({}, [])], ids=["elsewhere", "here"]
)
def test_children_of_other_queues_are_told_as_not_looked_at(queues: dict[str, int], told: list[str]) -> None:
    """All of the work may be theirs, done by workers that nobody looked at."""
    sample = replace(HERE, children=22, children_elsewhere=queues)
    step = replace(synthetic_steps.step(1, "open"), histories=sample)

    notes = [note for note in step_notes(step, PLAN) if "child workflows of these workflows" in note]
    assert [note.partition("queues ")[2].partition(":")[0] for note in notes] == told


@pytest.mark.parametrize(
    ("waiting", "operations", "told"),
    [
        ({NEXUS: 89.7}, 20, ["the wait for them is part of end to end, and how long the operations wait"]),
        ({"timers": 3.0}, 20, ["how long the operations wait"]),
        ({"timers": 3.0}, 0, []),
    ],
    ids=["awaited", "started-and-not-awaited", "none"],
)
def test_operations_of_others_are_told_as_not_looked_at(
    waiting: dict[str, float], operations: int, told: list[str]
) -> None:
    """Two thirds of the orders' time went by at a queue and in slots that nobody looked at, and nothing was said."""
    sample = replace(HERE, order_seconds=132.4, waiting_seconds=waiting, nexus_operations=operations)
    step = replace(synthetic_steps.step(1, "open"), histories=sample)

    notes = [note for note in step_notes(step, PLAN) if note.startswith("orders have Nexus operations: ")]
    assert [note.partition(": ")[2].partition(" for a worker")[0] for note in notes] == told
