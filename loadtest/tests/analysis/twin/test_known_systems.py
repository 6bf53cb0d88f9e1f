"""
The whole procedure answers rightly on systems that are not the twin; a small part of what `make truth` tries.
"""

from __future__ import annotations

import pytest
from event_system import Traits
from known_system import Subject, capacity_of
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


@pytest.mark.parametrize(
    ("subject", "utilization", "answer"),
    [
        (ONE, 0.6, Decided.MET),
        (ONE, 0.95, Decided.MISSED),
        (FOUR, 0.7, Decided.MET),
        (FOUR, 0.93, Decided.MISSED),
    ],
    ids=["1 replica, met", "1 replica, missed", "4 replicas, met", "4 replicas, missed"],
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


@pytest.mark.parametrize("utilization", [0.7, 0.95])
def test_no_wrong_answer_without_the_draws(utilization: float) -> None:
    """
    The work comes from a histogram then; it may stay undecided.
    """
    outcome = try_open_step(FOUR, utilization, 2, 120, draws_known=False, tasks=30_000)

    assert outcome.answer is not (Decided.MISSED if outcome.met else Decided.MET)
