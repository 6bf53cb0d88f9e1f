"""
Twins share the measured step's schedule and draws; the schedule is chosen by the twin alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.twin_late_tasks import OpenStep, TwinLateTasks, choose_schedule, simulate_twins
from loadtest.analysis.twin.work_distribution import UniformWork

MODEL = QueueModel(4, overhead_seconds=0.01, gap_seconds=0.01, newest_first_ratio=0.45)
WORK = UniformWork(0.25, 0.5)
BOUND = SloBound(1.0)


def _step(seed: int, rate: float = 2.15, seconds: int = 60) -> OpenStep:
    orders = int(rate * (seconds + 10) * 1.5)
    arrivals = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, orders))
    return OpenStep(arrivals.tolist(), WORK.draw(seed, orders, 6), 5.0, seconds)


def test_twins_follow_the_schedule_and_differ_in_luck_alone() -> None:
    """
    Two sets of the same step are equal; their totals lie near each other, those of other schedules far apart.
    """
    twins = [simulate_twins(MODEL, _step(seed), BOUND) for seed in range(8)]

    assert twins[0] == simulate_twins(MODEL, _step(0), BOUND)
    within = np.mean([np.std(twin.until(60)) for twin in twins])
    between = np.std([twin.mean_until(60) for twin in twins])
    assert within < between / 2


def test_a_slower_twin_has_more_late_tasks() -> None:
    """
    10 % in the slot at 0.84 of capacity are more than twice the late tasks.
    """
    step = _step(3, seconds=300)

    calibrated = simulate_twins(MODEL, step, BOUND).mean_until(300)
    slower = simulate_twins(MODEL.slowed(1.1), step, BOUND).mean_until(300)

    assert slower > 2 * calibrated > 0


def test_twins_of_unknown_work_draw_their_own() -> None:
    """
    Their totals spread more than those on the same draws, so there are as many as the error rates were tried with.
    """
    known = _step(5, seconds=120)
    unknown = OpenStep(known.arrivals, WORK, 5.0, 120)

    same = simulate_twins(MODEL, known, BOUND).until(120)
    own = simulate_twins(MODEL, unknown, BOUND).until(120)

    assert np.std(own) > np.std(same)
    assert (len(same), len(own)) == (6, 12)


def test_a_part_of_a_second_counts_in_proportion() -> None:
    """
    And past the end nothing more comes.
    """
    twins = TwinLateTasks(((1, 2, 4), (0, 0, 8)))

    assert twins.seconds == 3
    assert twins.until(2.5) == (5.0, 4.0)
    assert twins.until(9) == (7.0, 8.0)
    assert twins.mean_until(1) == 0.5


def test_the_schedule_chosen_shows_the_usual_share_from_the_first_seconds() -> None:
    """
    Its twin's share lies nearer to the allowed one at each length than that of the median candidate.
    """
    edge = MODEL.slowed(1.0)
    candidates = {seed: _step(seed) for seed in range(30)}
    usual = 2.15 * 6 * 0.05

    chosen = choose_schedule(edge, candidates, BOUND, 2.15 * 6)

    shares = {}
    for seed, step in candidates.items():
        twin = TwinLateTasks(simulate_twins(edge, step, BOUND).late_by_second[:1])
        shares[seed] = [twin.mean_until(seconds) / seconds / usual for seconds in (20, 40, 60)]
    strangeness = {seed: np.abs(np.log(np.array(found) + 0.04)).sum() for seed, found in shares.items()}
    assert strangeness[chosen] < np.median(list(strangeness.values()))


def test_no_candidate_is_refused() -> None:
    """
    There would be nothing to offer.
    """
    with pytest.raises(ValueError, match="no schedule"):
        choose_schedule(MODEL, {}, BOUND, 12.9)
