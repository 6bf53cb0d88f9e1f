"""
A saturate step of a system that is not the model teaches the model that system's numbers.
"""

from __future__ import annotations

import numpy as np
import pytest
from event_system import Traits
from known_system import Subject
from saturate_trial import saturated_reading

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.queue_model_calibration import (
    calibrate,
    dead_time,
    order_of_service,
    recalibrate,
)


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


def test_the_order_is_read_between_the_rows_of_the_table() -> None:
    """
    And never beyond them; a chance rise in the table is levelled.
    """
    table = [(0.0, 0.8), (0.25, 0.6), (0.5, 0.65), (1.0, 0.2)]

    assert order_of_service(0.7, table) == pytest.approx(0.125)
    assert order_of_service(1.5, table) == 0.0
    assert order_of_service(0.1, table) == 1.0
    assert order_of_service(0.5, []) == 0.0


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
