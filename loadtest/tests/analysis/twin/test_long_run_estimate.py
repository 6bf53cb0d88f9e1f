"""
A number of the long run is shown with its range, or refused with a reason; the alarm rings where the model fails.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loadtest.analysis.twin.long_run import long_run
from loadtest.analysis.twin.long_run_estimate import ModelWaits, estimate_quantile, model_waits
from loadtest.analysis.twin.misfit_alarm import Misfit, misfit
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.twin_late_tasks import OpenStep, TwinLateTasks
from loadtest.analysis.twin.work_distribution import UniformWork

MODEL = QueueModel(4, overhead_seconds=0.01, gap_seconds=0.01, newest_first_ratio=0.45)
WORK = UniformWork(0.25, 0.5)
FITS = Misfit(10, 10, 3, ())
TASKS = 60_000


@pytest.fixture(scope="module")
def waits() -> ModelWaits:
    """
    One replica at 0.7 of capacity, a window of 120 s.
    """
    rate = 0.7 * MODEL.capacity_per_second(WORK.mean)
    orders = int(rate * 200)
    arrivals = np.cumsum(np.random.default_rng(2).exponential(1 / rate, orders))
    step = OpenStep(arrivals.tolist(), WORK.draw(3, orders, 6), 5.0, 120)
    return model_waits(MODEL, WORK, rate, step, SloBound(0.4), TASKS)


def test_the_windows_luck_is_taken_out(waits: ModelWaits) -> None:
    """
    A window as lucky as the model's own comes back as the model's long run; one twice as long waits twice.
    """
    in_window = float(np.mean([np.quantile(window, 0.95) for window in waits.windows]))
    assert waits.at_rate is not None

    same = estimate_quantile(in_window, 0.95, waits, FITS)
    twice = estimate_quantile(2 * in_window, 0.95, waits, FITS)

    assert same.value == pytest.approx(waits.at_rate.wait_quantile(0.95))
    assert twice.value == pytest.approx(2 * waits.at_rate.wait_quantile(0.95))
    assert same.low is not None and same.high is not None
    assert same.low < waits.at_rate.wait_quantile(0.95) < same.high
    # A value outside of what 5 % of the rate makes widens the range.
    assert (twice.low, twice.high) == (same.low, twice.value)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("alarm", "the model does not fit: too many"),
        ("capacity", "1.05 of the rate is above capacity"),
        ("wide", "5 % of the rate more or less would make it"),
        ("far", "the model and the window's own waits would make it"),
        ("few", "the model has 3.0 late tasks in such a window"),
        ("none", "the window has too few samples"),
    ],
)
def test_a_number_that_would_mislead_is_refused(waits: ModelWaits, case: str, why: str) -> None:
    """
    The raw one stays; the reason stands beside it.
    """
    capacity = MODEL.capacity_per_second(WORK.mean)
    raw, fits = (None if case == "none" else 0.3), FITS
    if case == "alarm":
        fits = Misfit(30, 10, 3, ("too many",))
    if case == "capacity":
        waits = replace(waits, faster=long_run(MODEL, WORK, 1.01 * capacity))
    if case == "wide":
        waits = replace(waits, faster=long_run(MODEL, WORK, 0.97 * capacity, TASKS))
    if case == "far":
        raw = 5.0
    if case == "few":
        waits = replace(waits, late=3.0)

    found = estimate_quantile(raw, 0.95, waits, fits)

    assert found.raw == raw
    assert found.value is None and found.low is None and found.high is None
    assert found.why is not None and found.why.startswith(why)


@pytest.mark.parametrize(
    ("late", "slot_time_ratio", "reasons"),
    [
        (60.0, None, 0),
        (80.0, None, 0),
        (120.0, None, 1),
        (10.0, 1.0, 1),
        (60.0, 1.05, 1),
        (120.0, 0.97, 2),
    ],
    ids=["as expected", "within the misfit", "twice as many", "far fewer", "slower slots", "both"],
)
def test_the_alarm_rings_where_the_model_does_not_fit(
    late: float, slot_time_ratio: float | None, reasons: int
) -> None:
    """
    60 expected; the misfit term alone lets 36 more or fewer pass.
    """
    twins = TwinLateTasks(tuple(tuple([1] * 60) for _ in range(6)))

    assert len(misfit(60, late, twins, slot_time_ratio=slot_time_ratio).reasons) == reasons
