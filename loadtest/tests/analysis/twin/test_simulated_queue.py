"""
The simulated queue is right where theory or a hand calculation has the answer.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.simulated_queue import SimulatedQueue
from loadtest.analysis.twin.work_distribution import ExponentialWork, HistogramWork, UniformWork


def _constant(orders: int, *work: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.tile(np.array(work), (orders, 1))


def test_one_slot_serves_one_after_the_other() -> None:
    """
    Three tasks of 2 s at 0, 1 and 10 s: the second waits 1 s, the others not at all.
    """
    queue = SimulatedQueue(QueueModel(1, (1,)))

    seen = queue.offer([0.0, 1.0, 10.0], _constant(3, 2.0), 20)

    assert seen.started.tolist() == [0.0, 2.0, 10.0]
    assert seen.waits.tolist() == [0.0, 1.0, 0.0]
    assert seen.closed.tolist() == [2.0, 4.0, 12.0]
    assert seen.end_to_end.tolist() == [2.0, 3.0, 2.0]


def test_overhead_dead_time_gap_and_slowness_add_up() -> None:
    """
    Slot time is (work + overhead) x slowness; dead time keeps the slot, not the order; the gap the order, not the slot.
    """
    model = QueueModel(1, (1, 1), overhead_seconds=0.5, dead_seconds=0.25, gap_seconds=1.0, slowness=2.0)

    seen = SimulatedQueue(model).offer([0.0, 0.0], _constant(2, 1.0, 1.0), 100)

    # First order 0..3, second 3.25..6.25; their second activities enter at 4 and 7.25.
    assert sorted(seen.started.tolist()) == [0.0, 3.25, 6.5, 9.75]
    assert sorted(seen.closed.tolist()) == [9.5, 12.75]


def test_a_stage_begins_when_the_last_activity_of_the_one_before_has_ended() -> None:
    """
    One activity, then three of 1, 2 and 3 s at the same time, then one: 1 + 3 + 1 s on enough slots.
    """
    queue = SimulatedQueue(QueueModel(4, (1, 3, 1)))

    seen = queue.offer([0.0], _constant(1, 1.0, 1.0, 2.0, 3.0, 1.0), 10)

    assert seen.started.tolist() == [0.0, 1.0, 1.0, 1.0, 4.0]
    assert seen.closed.tolist() == [5.0]


def test_parallel_activities_share_the_slots() -> None:
    """
    Three activities of 1 s that start together on two slots take 2 s.
    """
    seen = SimulatedQueue(QueueModel(2, (3,))).offer([0.0], _constant(1, 1.0, 1.0, 1.0), 10)

    assert seen.closed.tolist() == [2.0]
    assert sorted(seen.waits.tolist()) == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(("newest", "order"), [(1.0, [0.0, 3.0, 2.0, 1.0]), (-1.0, [0.0, 1.0, 2.0, 3.0])])
def test_the_order_of_service_is_the_models(newest: float, order: list[float]) -> None:
    """
    Of three that wait, the newest or the oldest is next.
    """
    model = QueueModel(1, (1,), newest_first_ratio=newest)

    seen = SimulatedQueue(model).offer([0.0, 1.0, 2.0, 3.0], _constant(4, 10.0), 100)

    assert [start - wait for start, wait in zip(seen.started, seen.waits, strict=True)] == order


def test_the_waits_of_m_m_1_are_those_of_theory() -> None:
    """
    First come first served at 0.7 of one slot's speed: mean 0.7 / 0.3 service times, p95 ln(0.7 / 0.05) / 0.3.
    """
    orders = 150_000
    arrivals = np.cumsum(np.random.default_rng(1).exponential(1 / 0.7, orders))
    model = QueueModel(1, (1,), newest_first_ratio=-1)

    seen = SimulatedQueue(model).offer(
        arrivals.tolist(), ExponentialWork(1.0).draw(2, orders, 1), arrivals[-1]
    )

    assert seen.waits.mean() == pytest.approx(0.7 / 0.3, rel=0.05)
    assert np.quantile(seen.waits, 0.95) == pytest.approx(math.log(0.7 / 0.05) / 0.3, rel=0.05)


def test_a_closed_load_gives_the_capacity_of_the_slots() -> None:
    """
    Two orders a slot keep every slot busy but for its dead time.
    """
    model = QueueModel(4, overhead_seconds=0.01, dead_seconds=0.005, gap_seconds=0.01)
    work = UniformWork(0.25, 0.5)

    seen = SimulatedQueue(model).saturate(8, work.draw(1, 3000, 6), 1000)

    finished = ((seen.closed >= 10) & (seen.closed < 1000)).sum() / 990
    assert finished == pytest.approx(model.capacity_per_second(0.25), rel=0.02)


def test_the_closed_loads_orders_are_the_open_loads_past() -> None:
    """
    Eight orders over one slot are still there when the open load begins; its first order waits behind them.
    """
    queue = SimulatedQueue(QueueModel(1, (1,), newest_first_ratio=-1))
    queue.saturate(8, _constant(1, 1.0), 4.5)

    seen = queue.offer([0.25], _constant(1, 1.0), 20)

    assert queue.now == 24.5
    assert len(seen.started) == 8  # seven of the past and the new one
    assert seen.started[-1] == 12.0


def test_stretches_join_to_the_same_as_one() -> None:
    """
    What is offered in two pieces gives what is offered in one.
    """
    work = UniformWork(0.25, 0.5).draw(3, 400, 6)
    arrivals = np.cumsum(np.random.default_rng(4).exponential(1 / 2.2, 400))
    whole = SimulatedQueue(QueueModel(4, newest_first_ratio=0.5)).offer(arrivals.tolist(), work, 150)
    queue = SimulatedQueue(QueueModel(4, newest_first_ratio=0.5))
    first = arrivals[arrivals < 70]

    pieces = [
        queue.offer(first.tolist(), work, 70),
        queue.offer((arrivals[len(first) :] - 70).tolist(), work[len(first) :], 80),
    ]

    assert np.concatenate([piece.started for piece in pieces]) == pytest.approx(whole.started)
    assert np.concatenate([piece.waits for piece in pieces]) == pytest.approx(whole.waits, abs=1e-9)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slots": 0},
        {"slots": 1, "shape": ()},
        {"slots": 1, "newest_first_ratio": 1.5},
        {"slots": 1, "slowness": 0.0},
    ],
)
def test_an_impossible_model_is_refused(wrong: dict[str, object]) -> None:
    """
    No slot, no activity, a share above 1, no time at all.
    """
    with pytest.raises(ValueError, match=r"not "):
        QueueModel(**wrong)  # type: ignore[arg-type]


def test_orders_without_draws_are_refused() -> None:
    """
    A draw missing at the end would shorten the load in silence.
    """
    with pytest.raises(ValueError, match="2 arrivals, but draws for 1"):
        SimulatedQueue(QueueModel(1, (1,))).offer([0.0, 1.0], _constant(1, 1.0), 5)


@pytest.mark.parametrize(
    ("work", "cv"),
    [
        (UniformWork(0.25, 0.5), 0.2887),
        (UniformWork(0.25), 0.0),
        (ExponentialWork(0.25), 1.0),
        (HistogramWork((0.1, 0.2, 0.5), (1.0, 2.0, 1.0), 0.8), None),
    ],
    ids=["uniform", "constant", "exponential", "histogram"],
)
def test_draws_have_the_mean_and_spread_that_the_distribution_says(
    work: UniformWork | ExponentialWork | HistogramWork, cv: float | None
) -> None:
    """
    Over 300,000 draws.
    """
    drawn = work.draw(1, 50_000, 6)

    assert drawn.shape == (50_000, 6)
    assert drawn.mean() == pytest.approx(work.mean, rel=0.01)
    assert drawn.std() / drawn.mean() == pytest.approx(work.cv, abs=0.01)
    if cv is not None:
        assert work.cv == pytest.approx(cv, abs=0.001)
