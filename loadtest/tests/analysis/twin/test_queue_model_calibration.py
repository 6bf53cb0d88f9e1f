"""
A saturate step of a system that is not the model teaches the model that system's numbers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from event_system import Traits
from known_system import Subject
from step_preparation import saturated_reading

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.queue_model_calibration import (
    NEWEST_FIRST_RATIOS,
    USUAL_NEWEST_FIRST,
    Past,
    SaturateReading,
    SimulatedOrder,
    calibrate,
    dead_time,
    order_of_service,
    recalibrate,
)
from loadtest.analysis.twin.work_distribution import ExponentialWork, UniformWork, WorkDistribution


def test_dead_time_counts_even_where_almost_all_slots_are_used() -> None:
    """
    98.5 % of slots of 257 ms: 3.9 ms from one task to the next.
    """
    assert dead_time(0.257, 0.985) == pytest.approx(0.0039, abs=0.0001)
    assert dead_time(0.257, 1.0) == 0.0


def test_no_slot_used_has_no_dead_time() -> None:
    """
    It would be infinite.
    """
    with pytest.raises(ValueError, match="no slot was used"):
        dead_time(0.257, 0.0)


@pytest.mark.parametrize("newest", [-1.0, 0.0, 0.45, 0.8])
def test_overhead_dead_time_and_order_are_found_again(newest: float) -> None:
    """
    From 15 s at 4 replicas: 12 ms of overhead, 6 ms of dead time, and the order of service within 0.2.
    """
    traits = Traits(4, overhead_seconds=0.012, dead_seconds=0.006, newest_first=newest)
    found = []

    for seed in range(2):
        reading, past, _ = saturated_reading(Subject(traits, "uniform"), seed)
        found.append(calibrate(QueueModel(16), reading, past))

    assert np.mean([model.overhead_seconds for model in found]) == pytest.approx(0.012, rel=0.05)
    assert np.mean([model.dead_seconds for model in found]) == pytest.approx(0.006, rel=0.15)
    assert np.mean([model.gap_seconds for model in found]) == pytest.approx(0.012, rel=0.1)
    if newest < 0:  # oldest first and half oldest first make nearly the same waits
        assert np.mean([model.newest_first_ratio for model in found]) < -0.2
    else:
        assert np.mean([model.newest_first_ratio for model in found]) == pytest.approx(newest, abs=0.2)


def _table(variance: float = 0.0) -> list[SimulatedOrder]:
    return [
        SimulatedOrder(ratio, 0.7 - 0.6 * ratio if ratio > 0 else 0.7 - 0.2 * ratio, variance)
        for ratio in NEWEST_FIRST_RATIOS
    ]


def test_the_usual_order_counts_where_luck_is_wide() -> None:
    """
    Waits that look like 0.7 to 0.9 "newest first" are so in few servers: the less they tell, the nearer to 0.45 they
    are read.
    """
    sure, unsure = order_of_service(0.22, _table()), order_of_service(0.22, _table(0.1**2))

    assert 0.5 < unsure < sure < 0.8
    assert order_of_service(0.43, _table(0.1**2)) == pytest.approx(0.45, abs=0.02)
    assert order_of_service(0.5, []) == USUAL_NEWEST_FIRST


@pytest.mark.parametrize("newest", [-0.5, 0.0, 0.9])
def test_an_order_that_is_plainly_another_is_read_as_it_is(newest: float) -> None:
    """
    One server in ten may have any order; where the waits tell it, the usual one does not count.
    """
    table = [replace(each, median_over_mean=3 * each.median_over_mean) for each in _table()]
    seen = next(each.median_over_mean for each in table if each.newest_first_ratio == newest)

    assert order_of_service(seen, table) == pytest.approx(newest, abs=0.06)


def test_a_chance_rise_of_the_table_is_levelled() -> None:
    """
    Between two rows of which the later is higher by luck, neither is likelier.
    """
    rising = [
        SimulatedOrder(-1.0, 0.9),
        SimulatedOrder(0.4, 0.5),
        SimulatedOrder(0.5, 0.6),
        SimulatedOrder(0.9, 0.1),
    ]

    assert order_of_service(0.6, rising) < 0.4


def test_waits_beyond_every_order_are_read_as_the_nearest() -> None:
    """
    However far they lie.
    """
    assert order_of_service(50.0, _table()) == pytest.approx(-1.0, abs=0.05)
    assert order_of_service(0.0, _table()) > 0.7


def test_a_step_without_waits_keeps_the_plans_order() -> None:
    """
    No wait says nothing of who is next.
    """
    reading, past, _ = saturated_reading(Subject(Traits(1), "uniform"), 1)
    silent = type(reading)(
        reading.slot_seconds, reading.work_seconds, reading.slots_used_ratio, 0.0, 0.0, reading.gap_seconds
    )

    assert calibrate(QueueModel(4, newest_first_ratio=0.4), silent, past).newest_first_ratio == 0.4


def test_the_open_step_teaches_the_overhead_again() -> None:
    """
    The rest stays.
    """
    model = QueueModel(4, overhead_seconds=0.009, dead_seconds=0.004)

    assert recalibrate(model, 0.257, 0.25) == QueueModel(
        4, overhead_seconds=pytest.approx(0.007), dead_seconds=0.004
    )


@pytest.mark.parametrize(
    ("work", "reading"),
    [
        (ExponentialWork(0.25), SaturateReading(0.25222, 0.25, 0.97371, 0.10329, 0.28846, 0.06251)),
        (UniformWork(0.25, 0.5), SaturateReading(0.25222, 0.25, 0.97119, 0.10336, 0.25944, 0.03268)),
    ],
    ids=["exponential", "uniform"],
)
def test_twenty_seconds_of_one_real_replica_are_not_believed_alone(
    work: WorkDistribution, reading: SaturateReading
) -> None:
    """
    Two saturate steps of a real server: by themselves they say 0.9 and 0.65, by which the 300 s that followed would
    have had 218 and 217 late tasks; they had 338 and 247, as with 0.55 and 0.5.
    """
    past = Past(in_flight=8, seconds=25.0, warm_up_seconds=5.0, draws=work.draw(11, 117, 6))

    found = calibrate(QueueModel(4, shape=(1,) * 6), reading, past).newest_first_ratio

    assert found == pytest.approx(0.55, abs=0.07)
