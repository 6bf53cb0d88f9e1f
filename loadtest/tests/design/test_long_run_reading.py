"""
What a window's p95 is about in the long run, on a queue whose long run is known in closed form.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import synthetic_steps
from histograms import buckets

from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.twin import ExponentialWork, OpenStep, QueueModel, SloBound
from loadtest.analysis.twin.long_run import long_run
from loadtest.design import long_run_reading
from loadtest.design.long_run_reading import TASKS, StepModel, read_long_run
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Difference

WORK_SECONDS = 0.1
RATE = 6.0
WARM_UP_SECONDS = 5.0
WINDOW_SECONDS = 600


@pytest.fixture(autouse=True)
def _shorter_long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    One server forgets its queues soon: a tenth of the tasks tells its long run.
    """
    monkeypatch.setattr(long_run_reading, "TASKS", TASKS // 10)


def long_run_p95(rate: float) -> float:
    """
    The p95 of the wait before one server, first come first served: P(wait > t) = rho exp(-(mu - lambda) t).
    """
    served = 1 / WORK_SECONDS
    return math.log(rate / served / 0.05) / (served - rate)


def _offered(seed: int = 3) -> OpenStep:
    draw = np.random.default_rng(seed)
    gaps = draw.exponential(1 / RATE, int(1.3 * RATE * (WARM_UP_SECONDS + WINDOW_SECONDS)))
    arrivals = np.cumsum(gaps)
    arrivals = arrivals[arrivals < WARM_UP_SECONDS + WINDOW_SECONDS]
    work = draw.exponential(WORK_SECONDS, (len(arrivals), 1))
    return OpenStep(tuple(arrivals.tolist()), work, WARM_UP_SECONDS, WINDOW_SECONDS)


def _waits(offered: OpenStep) -> list[float]:
    """Follow each task through one server, by Lindley's recursion, and return the waits of the window."""
    waits, free = list[float](), 0.0
    for arrival, work in zip(offered.arrivals, np.asarray(offered.draws)[:, 0], strict=True):
        started = max(arrival, free)
        free = started + float(work)
        if started >= WARM_UP_SECONDS:
            waits.append(started - arrival)
    return waits


def test_the_long_run_is_long_enough_for_its_rare_queues() -> None:
    """
    Of 8 replicas at 0.855 of capacity a million tasks of another seed have a p95 of 81 ms; the first 60,000 have one of 53.
    """
    queue = QueueModel(
        32, overhead_seconds=0.007, dead_seconds=0.004, gap_seconds=0.012, newest_first_ratio=0.45
    )
    work = ExponentialWork(0.25)

    found = long_run(queue, work, 0.855 * queue.capacity_per_second(work.mean), TASKS)

    assert found is not None
    assert found.wait_quantile(0.95) == pytest.approx(0.081, rel=0.1)


@pytest.fixture(scope="module")
def model() -> StepModel:
    """
    One slot, first come first served.
    """
    found = Calibration(
        QueueModel(1, shape=(1,), newest_first_ratio=-1.0), ExponentialWork(WORK_SECONDS), drawn=True
    )
    return StepModel(found, _offered(), SloBound(0.6), RATE)


def _measured(waits: list[float], held: list[float] | None = None) -> Measured:
    step = synthetic_steps.step(1, "open")
    window = Difference(WINDOW_SECONDS, {}, {"worker.activity_schedule_to_start": buckets(waits)})
    whole = Difference(
        WINDOW_SECONDS, {}, {} if held is None else {"worker.activity_execution": buckets(held)}
    )
    return replace(
        step,
        worker_window=window,
        worker_whole=whole,
        window_seconds=float(WINDOW_SECONDS),
        drawn_work_seconds=None if held is None else WORK_SECONDS,
    )


@pytest.fixture(scope="module")
def waits(model: StepModel) -> list[float]:
    """
    Of the window, by a simulation that is not the model's.
    """
    return _waits(model.offered)


def test_the_long_run_of_a_known_queue_is_found(model: StepModel, waits: list[float]) -> None:
    """Value and range lie within 10 % of the closed form; the raw one is the window's own."""
    found = read_long_run(model, _measured(waits))

    assert found is not None
    assert found.alarms == ()
    assert found.value == pytest.approx(long_run_p95(RATE), rel=0.10)
    assert found.low == pytest.approx(long_run_p95(0.95 * RATE), rel=0.10)
    assert found.high == pytest.approx(long_run_p95(1.05 * RATE), rel=0.10)
    assert found.raw == pytest.approx(float(np.quantile(waits, 0.95)), rel=0.10)
    assert found.late == pytest.approx(sum(wait > 0.6 for wait in waits), rel=0.15)


def test_a_system_that_is_not_the_model_has_no_long_run(model: StepModel, waits: list[float]) -> None:
    """Three times the waits: the alarm says so, and the window's own number stays."""
    found = read_long_run(model, _measured([3 * wait for wait in waits]))

    assert found is not None
    assert found.value is None
    assert found.raw == pytest.approx(3 * float(np.quantile(waits, 0.95)), rel=0.10)
    assert len(found.alarms) == 1
    assert found.alarms[0] in (found.why or "")


def test_slots_held_longer_than_under_saturation_raise_the_alarm(
    model: StepModel, waits: list[float]
) -> None:
    """The work is known, so a mean of 1.3 times of it is the system's own doing."""
    found = read_long_run(model, _measured(waits, held=[1.3 * WORK_SECONDS] * 500))

    assert found is not None
    assert any("+30.0% longer" in alarm for alarm in found.alarms)
    assert found.value is None


def test_slots_held_as_under_saturation_raise_none(model: StepModel, waits: list[float]) -> None:
    """The same work takes the same time."""
    found = read_long_run(model, _measured(waits, held=[WORK_SECONDS] * 500))

    assert found is not None
    assert found.alarms == ()
    assert found.value is not None


def test_a_part_of_a_second_counts_in_the_model_as_in_the_window(
    model: StepModel, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window ends when it is decided, at no whole second: 20.9 s of late tasks are not held against 20."""
    monkeypatch.setattr(long_run_reading, "TASKS", 1000)
    often_late = replace(model, bound=SloBound(0.01))

    def model_late(seconds: float) -> float:
        found = read_long_run(often_late, replace(_measured(waits), window_seconds=seconds))
        assert found is not None
        return found.model_late

    assert model_late(20.0) < model_late(21.0)
    assert model_late(20.9) == pytest.approx(0.1 * model_late(20.0) + 0.9 * model_late(21.0))


def test_a_few_waits_are_no_p95(model: StepModel) -> None:
    """Neither the window's nor the long run's."""
    found = read_long_run(model, _measured([0.01] * 20))

    assert found is not None
    assert (found.raw, found.value) == (None, None)
    assert found.why


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"worker_window": None}, id="no-page"),
        pytest.param({"worker_window": Difference(20.0)}, id="no-waits"),
        pytest.param({"window_seconds": 0.4}, id="no-whole-second"),
    ],
)
def test_what_was_not_seen_is_not_told(
    model: StepModel, waits: list[float], change: dict[str, object]
) -> None:
    """There is nothing to hold the model against."""
    assert read_long_run(model, replace(_measured(waits), **change)) is None  # type: ignore[arg-type]
