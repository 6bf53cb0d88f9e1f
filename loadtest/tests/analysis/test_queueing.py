"""
The simulation is right where theory has the answer, and the report finds its mean wait.
"""

from __future__ import annotations

import random

import pytest
import synthetic_steps
from queue_simulation import mean_wait, simulate
from simulated_step import World

from loadtest.analysis import read_step
from loadtest.results.step_key import StepKey


def test_one_slot_serves_one_after_the_other() -> None:
    """
    Three tasks of 2 s at 0, 1 and 10 s: the second waits 1 s, the third not at all.
    """
    tasks = simulate([0.0, 1.0, 10.0], lambda _: [2.0], slots=1)

    assert [(task.workflow, task.started, task.wait) for task in tasks] == [
        (0, 0.0, 0.0),
        (1, 2.0, 1.0),
        (2, 10.0, 0.0),
    ]


def test_activities_of_one_workflow_follow_each_other() -> None:
    """
    The next activity enters the queue a hand-over after the last one's end.
    """
    tasks = simulate([0.0], lambda _: [1.0, 2.0], slots=4, between=0.5)

    assert [(task.index, task.queued, task.ended) for task in tasks] == [(0, 0.0, 1.0), (1, 1.5, 3.5)]


def test_the_mean_wait_of_m_m_1_is_that_of_theory() -> None:
    """
    Poisson arrivals at 0.7 of one slot's speed wait 0.7 / 0.3 service times in the mean.
    """
    draw = random.Random(1)
    arrivals, at = [], 0.0
    for _ in range(60_000):
        at += draw.expovariate(0.7)
        arrivals.append(at)

    tasks = simulate(arrivals, lambda _: [draw.expovariate(1.0)], slots=1)

    assert mean_wait(tasks, 1000, at) == pytest.approx(0.7 / 0.3, rel=0.1)


def test_the_order_of_service_does_not_change_the_mean() -> None:
    """
    Matching hands tasks out at random: the mean stays, the tail does not.
    """
    draw = random.Random(2)
    arrivals = sorted(draw.uniform(0, 2000) for _ in range(1700))
    services = [draw.uniform(0.5, 1.5) for _ in arrivals]

    fifo = simulate(arrivals, lambda n: [services[n]], slots=1)
    at_random = simulate(arrivals, lambda n: [services[n]], slots=1, seed=3)

    assert mean_wait(at_random, 0, 3000) == pytest.approx(mean_wait(fifo, 0, 3000), rel=0.05)
    assert max(t.wait for t in at_random) > max(t.wait for t in fifo)


def test_a_closed_model_keeps_its_workflows_open() -> None:
    """
    Eight workflows over four slots: every slot is always busy until starts stop.
    """
    tasks = simulate(
        [0.0] * 8, lambda _: [1.0], slots=4, seed=1, next_start=lambda now: now if now < 100 else None
    )

    assert sum(task.ended <= 100 for task in tasks) == 400


def test_no_task_in_the_window_has_no_mean() -> None:
    """
    Nothing is not zero.
    """
    with pytest.raises(ValueError, match="no task started"):
        mean_wait([], 0, 1)


@pytest.mark.parametrize("arrival_rate", [1.5, 1.8, 2.0])
def test_the_report_finds_the_mean_wait_of_a_known_queue(arrival_rate: float) -> None:
    """
    From buckets, timelines and window differences alone the mean wait comes back within 10 %.
    """
    plan = synthetic_steps.demo_plan()
    world = World(StepKey(1, 1, "open", 1), plan, arrival_rate)
    truth = mean_wait(world.tasks, world.warm_up, world.warm_up + world.window)

    step = read_step(world.measured(), plan)

    found = step.schedule_to_start_seconds.activity.mean
    assert found.value is not None
    base = 0.00275  # what the simulated workers add to each wait, 1.5 to 4 ms
    assert found.value - base == pytest.approx(truth, rel=0.1)
    assert (
        found.half_width is None
    )  # neighbouring waits are alike, so that no interval of the window is honest
    assert step.cross_check.server_mean == pytest.approx(found.value, rel=0.05)
