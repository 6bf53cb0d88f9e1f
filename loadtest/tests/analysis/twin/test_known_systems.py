"""
The whole procedure answers rightly on systems that are not the twin; a small part of what `make truth` tries.
"""

from __future__ import annotations

import numpy as np
import pytest
from event_system import EventSystem, Traits
from known_system import ACTIVITIES, Subject, capacity_of
from step_preparation import learn, saturated_reading
from step_trial import try_open_step

from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.results.window_decision import Decided

# Capacity and bound at 0.84 of it, from runs of 40,000 to 60,000 orders.
ONE = Subject(
    Traits(1, jitter_seconds=0.004, contention=0.02, partitions=2), "uniform", known=(2.504, 1.1215)
)
FOUR = Subject(
    Traits(4, jitter_seconds=0.004, contention=0.02, partitions=2), "uniform", known=(10.026, 0.1778)
)
FAN_OUT = Subject(Traits(1, shape=(1, 4, 1)), "uniform", known=(2.554, 2.574))
SIX_AT_ONCE = Subject(Traits(1, shape=(6,)), "uniform", known=(2.553, 4.978))


@pytest.mark.parametrize(
    ("subject", "utilization", "answer"),
    [
        (ONE, 0.6, Decided.MET),
        (ONE, 0.95, Decided.MISSED),
        (FOUR, 0.7, Decided.MET),
        (FOUR, 0.93, Decided.MISSED),
        (FAN_OUT, 0.7, Decided.MET),
        (FAN_OUT, 0.95, Decided.MISSED),
    ],
    ids=[
        "1 replica, met",
        "1 replica, missed",
        "4 replicas, met",
        "4 replicas, missed",
        "four side by side, met",
        "four side by side, missed",
    ],
)
def test_a_load_well_beside_the_limit_is_told_rightly(
    subject: Subject, utilization: float, answer: Decided
) -> None:
    """
    Within 160 s of window, at 10 % and more beside the limit.
    """
    outcome = try_open_step(subject, utilization, 1, 160, tasks=30_000)

    assert outcome.answer is answer
    assert outcome.level is LoadLevel.BELOW


@pytest.mark.parametrize("subject", [ONE, FOUR], ids=["1 replica", "4 replicas"])
def test_a_rate_5_percent_above_capacity_is_told_each_time(subject: Subject) -> None:
    """
    By the saturate step alone: 1.05 in five of five, 0.84 in none.
    """
    for seed in range(5):
        reading, past, held = saturated_reading(subject, seed)
        _, _, capacity = learn(subject, reading, past, held)

        assert capacity.level(1.05 * capacity_of(subject)) is LoadLevel.ABOVE
        assert capacity.level(0.84 * capacity_of(subject)) is LoadLevel.BELOW


@pytest.mark.parametrize(
    ("shape", "stages"),
    [
        ((), [[0], [1], [2], [3], [4], [5]]),
        ((1, 4, 1), [[0], [1, 2, 3, 4], [5]]),
        ((2, 2, 2), [[0, 1], [2, 3], [4, 5]]),
        ((6,), [[0, 1, 2, 3, 4, 5]]),
    ],
    ids=["one after the other", "four in the middle", "two by two", "all at once"],
)
@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_the_system_itself_runs_a_stage_side_by_side(
    shape: tuple[int, ...], stages: list[list[int]], closed: bool
) -> None:
    """
    Where nothing waits, an order takes the longest activity of each stage, and the gaps between stages.
    """
    none = 1e-9
    traits = Traits(
        1, 50, none, none, dead_seconds=none, gap_seconds=0.01, gap_jitter_seconds=none, shape=shape
    )
    draws = np.random.default_rng(1).uniform(0.1, 0.4, (20, ACTIVITIES))
    system = EventSystem(traits, 1)
    if closed:
        system.saturate(1, draws, 1000.0)
    else:
        system.load([10.0 * order for order in range(20)], draws)
        system.run(1000.0)

    record = system.record
    taken = [sum(max(order[place] for place in stage) for stage in stages) for order in draws]
    assert record.end_to_end == pytest.approx(np.array(taken) + 0.01 * (len(stages) - 1), abs=1e-6)
    assert sorted(record.work) == pytest.approx(sorted(draws.ravel()))


@pytest.mark.parametrize("seed", [1000, 1001, 1002])
def test_a_bound_that_is_kept_is_not_missed_where_activities_run_side_by_side(seed: int) -> None:
    """
    Twins whose activities follow each other have fewer late tasks, and so called it missed in 8 of 8.
    """
    outcome = try_open_step(SIX_AT_ONCE, 0.8, seed, 40, tasks=30_000)

    assert outcome.met
    assert outcome.answer is not Decided.MISSED


@pytest.mark.parametrize("utilization", [0.7, 0.95])
def test_no_wrong_answer_without_the_draws(utilization: float) -> None:
    """
    The work comes from a histogram then; it may stay undecided.
    """
    outcome = try_open_step(FOUR, utilization, 2, 120, draws_known=False, tasks=30_000)

    assert outcome.answer is not (Decided.MISSED if outcome.met else Decided.MET)
