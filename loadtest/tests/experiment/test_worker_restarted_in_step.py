"""
A worker that its supervisor starts anew within a replica makes the step invalid, though the replica's process stays.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.experiment.asked_worker_facts import latest_known, started_anew
from loadtest.results.problem import ProblemCause
from loadtest.results.worker_facts import WorkerFacts

START_AT = 1_000.0


async def test_a_step_in_which_a_worker_came_back_is_invalid(system: FakeSystem) -> None:
    """Without a page no counter falls, and its late tasks were the fault of the load."""
    system.serves_pages, system.supervised_at = False, 30.0

    measured, _ = await carry_out(system, own_worker=False)

    (problem,) = measured.problems
    assert (problem.cause, problem.subject) == (ProblemCause.WORKER_RESTARTED, "worker-1")
    assert "a worker of replica worker-1 was started anew 30 s after the load began" in problem.text


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(900.0, 900.0, False, id="the-same"),
        pytest.param(900.0, 1_020.0, True, id="in-the-step"),
        pytest.param(None, 1_020.0, False, id="a-first-heartbeat-that-came-late"),
        pytest.param(900.0, None, False, id="an-sdk-that-does-not-say"),
        pytest.param(900.0, 990.0, False, id="before-the-load"),
        pytest.param(1_500.0, 1_500.0, False, id="a-clock-that-is-ahead"),
    ],
)
def test_when_a_worker_is_a_new_one(before: float | None, after: float | None, expected: bool) -> None:
    """By its own clock alone, which may differ from the sweep's."""
    first = WorkerFacts("worker-1", "heartbeat", started_at=before)
    last = WorkerFacts("worker-1", "heartbeat", started_at=after)

    assert bool(started_anew([first], [last], START_AT)) is expected


def test_the_start_of_one_that_has_told_no_slots_yet_is_not_lost() -> None:
    """Its slots are those that it had before."""
    first = WorkerFacts("worker-1", "heartbeat", activity_slots=10, started_at=900.0)
    last = WorkerFacts("worker-1", first_beat=True, started_at=1_020.0)

    (known,) = latest_known([first], [last])

    assert (known.activity_slots, known.started_at) == (10, 1_020.0)
