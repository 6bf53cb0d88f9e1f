"""
The edge of an SLO is found where theory puts it.
"""

from __future__ import annotations

import math

import pytest

from loadtest.analysis.twin.long_run import (
    find_edge,
    keeps_in_long_run,
    long_run,
    long_run_late_ratio,
    rate_at_bound,
    solve_rising,
)
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.slo_bound import Measure, SloBound
from loadtest.analysis.twin.work_distribution import ExponentialWork, UniformWork

FIRST_COME = QueueModel(1, (1,), newest_first_ratio=-1)


def _late_in_m_m_1(rate: float, speed: float, bound: float) -> float:
    return rate / speed * math.exp(-(speed - rate) * bound)


def test_the_edge_of_m_m_1_is_that_of_theory() -> None:
    """
    At 0.5 orders a second and a bound of 4 s, the slot may be slowed until rate / speed e^-(speed - rate) 4 is 5 %.
    """
    edge = find_edge(FIRST_COME, ExponentialWork(1.0), 0.5, SloBound(4.0), tasks=100_000)

    assert isinstance(edge, QueueModel)
    assert _late_in_m_m_1(0.5, 1 / edge.slowness, 4.0) == pytest.approx(0.05, rel=0.1)


def test_a_guess_finds_the_same_edge() -> None:
    """
    It only says where to look first.
    """
    bound, work = SloBound(4.0), ExponentialWork(1.0)
    edge = find_edge(FIRST_COME, work, 0.5, bound, tasks=20_000)
    assert isinstance(edge, QueueModel)

    again = find_edge(FIRST_COME, work, 0.5, bound, tasks=20_000, guess=1.1 * edge.slowness)

    assert isinstance(again, QueueModel)
    assert again.slowness == pytest.approx(edge.slowness, rel=0.01)


def test_the_rate_that_a_model_carries_is_that_of_theory() -> None:
    """
    The other way round: speed 1, bound 10 s.
    """
    rate = rate_at_bound(FIRST_COME, ExponentialWork(1.0), SloBound(10.0), tasks=120_000)

    assert _late_in_m_m_1(rate, 1.0, 10.0) == pytest.approx(0.05, rel=0.2)


@pytest.mark.parametrize("allowed", [0.01, 0.05, 0.1])
def test_false_position_finds_a_known_share(allowed: float) -> None:
    """
    For a share that rises as the fourth power of the place.
    """
    place, ratio = solve_rising(lambda x: x**4, allowed, 0.0, 1.0)

    assert place == pytest.approx(allowed**0.25, rel=0.02)
    assert ratio == pytest.approx(allowed, rel=0.05)


def test_a_bound_finer_than_the_hand_over_has_no_edge() -> None:
    """
    Where every slot rests for 50 ms after a task, no slot is quick enough for waits of 20 ms.
    """
    model = QueueModel(4, dead_seconds=0.05)

    edge = find_edge(model, UniformWork(0.25, 0.5), 2.0, SloBound(0.02), tasks=5000)

    assert isinstance(edge, str) and "finer than the hand-over" in edge


def test_a_bound_that_only_full_slots_miss_has_no_edge() -> None:
    """
    With activities of 0.25 s a wait of a minute is a queue of a thousand: no such queue comes up in a simulated run.
    """
    edge = find_edge(QueueModel(4), UniformWork(0.25, 0.5), 2.4, SloBound(60.0), tasks=5000)

    assert edge == "hardly a task is late until the slots are full: 60 s are long for tasks of 0.25 s"


def test_dead_time_that_fills_the_slots_has_no_edge() -> None:
    """
    One slot, 1 s of dead time, 2 orders a second.
    """
    edge = find_edge(QueueModel(1, (1,), dead_seconds=1.0), UniformWork(0.25), 2.0, SloBound(1.0))

    assert edge == "dead time alone fills the slots at 2/s"


def test_there_is_no_long_run_above_capacity() -> None:
    """
    Waits grow without end there.
    """
    assert long_run(FIRST_COME, ExponentialWork(1.0), 1.0) is None


@pytest.mark.parametrize(
    ("rate", "seconds", "is_kept"),
    [(2.4, 5.0, True), (3.9, 0.2, False), (2.4, 1.2, True), (2.8, 1.8, False)],
    ids=["hardly any late", "most late", "a few fewer than allowed", "a few more"],
)
def test_a_bound_is_kept_as_the_whole_long_run_says(rate: float, seconds: float, is_kept: bool) -> None:
    """
    Whether a tenth of it tells so, as in the first two, or the whole.
    """
    model, work, bound = QueueModel(4, (1,), newest_first_ratio=-1), ExponentialWork(1.0), SloBound(seconds)
    ratio = long_run_late_ratio(model, work, rate, bound, 50_000)

    assert (ratio <= bound.allowed_ratio) is is_kept
    assert keeps_in_long_run(model, work, rate, bound, 50_000) is is_kept


def test_a_short_run_near_capacity_promises_nothing() -> None:
    """
    Of a hundred slots with tasks of half a minute, a tenth of the run has no late task where the whole has one in ten.
    """
    model, work, bound = QueueModel(100, (1, 1, 1)), UniformWork(30.0, 0.5), SloBound(30.0)
    rate = 0.985 * model.capacity_per_second(work.mean)

    assert not keeps_in_long_run(model, work, rate, bound)


def test_end_to_end_counts_orders() -> None:
    """
    Of an order of two constant activities none is later than the sum of its parts, and all are later than less.
    """
    model, work = QueueModel(50, (1, 1), gap_seconds=0.1), UniformWork(0.25)
    run = long_run(model, work, 1.0, tasks=2000)

    assert run is not None
    assert run.late_ratio(SloBound(0.61, measure=Measure.END_TO_END)) == 0.0
    assert run.late_ratio(SloBound(0.59, measure=Measure.END_TO_END)) == 1.0


@pytest.mark.parametrize(("seconds", "allowed"), [(0.0, 0.05), (1.0, 0.0), (1.0, 0.6)])
def test_a_bound_that_bounds_nothing_is_refused(seconds: float, allowed: float) -> None:
    """
    Zero seconds, no late task at all, more than half of them.
    """
    with pytest.raises(ValueError, match="no bound"):
        SloBound(seconds, allowed)
