"""
Estimates a window's p95 in the long run after the window, by the model that planned it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from loadtest.analysis.decisions.late_tasks import count_late
from loadtest.analysis.estimators.percentiles import of_buckets
from loadtest.analysis.saturation.calibrated_model import Calibration
from loadtest.analysis.saturation.cell_capacity import overhead_of_known_draws
from loadtest.analysis.twin import (
    OpenStep,
    SloBound,
    estimate_quantile,
    misfit,
    model_waits,
    recalibrate,
    simulate_twins,
)
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.window_decision import LongRunP95

# Rare long queues make the p95: with 60,000 tasks of one seed it was 15 to 35 % too low, with these it is within about
# 8 %.
TASKS = 600_000


@dataclass(frozen=True, slots=True)
class StepModel:
    """
    The model of a step and the orders that the step was offered.

    Attributes:
        found: Calibration of the cell.
        offered: Schedule and draws of the step, with the longest window.
        bound: The bound beyond which a task is late.
        rate: Orders per second.
    """

    found: Calibration
    offered: OpenStep
    bound: SloBound
    rate: float


def read_long_run(step: StepModel, measured: Measured) -> LongRunP95 | None:
    """
    Estimate the long run's p95 of the activity queue's wait; takes some seconds of CPU.

    Args:
        step: The model and the orders as planned before the step.
        measured: Raw facts of the step.

    Returns:
        ``None`` where the waits were not seen.
    """
    waits = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    if waits is None or not waits.count or measured.window_seconds < 1:
        return None
    # The last second is counted in part, as the window is.
    done = replace(step.offered, window_seconds=math.ceil(measured.window_seconds))
    model, work = step.found.model, step.found.work
    late = count_late(waits, step.bound.seconds)
    overhead, ratio = overhead_of_known_draws([measured]), None
    expected = simulate_twins(model, done, step.bound)
    if overhead is not None and step.found.drawn:
        ratio = (work.mean + overhead) / (work.mean + model.overhead_seconds)
        model = recalibrate(model, work.mean + overhead, work.mean)
    fits = misfit(measured.window_seconds, late, expected, slot_time_ratio=ratio)
    modelled = model_waits(model, work, step.rate, done, step.bound, TASKS)
    found = estimate_quantile(of_buckets(waits)[0].p95, 0.95, modelled, fits)
    return LongRunP95(
        found.raw, found.value, found.low, found.high, found.why, late, fits.model_late, fits.reasons
    )
