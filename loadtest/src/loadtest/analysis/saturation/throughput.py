"""
A step's throughput: the exact number of the window, and how far the long run's may be from it.
"""

from __future__ import annotations

import math

from loadtest.analysis.estimators.intervals import batch_rates, mean_of
from loadtest.analysis.estimators.number_text import rate_text
from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.estimators.usual_scatter import MACHINE_SCATTER
from loadtest.analysis.readings import workflow_counts
from loadtest.analysis.readings.null_reasons import NullReasons
from loadtest.analysis.readings.work_done import work
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.cell_capacity import edges_of, slot_time_cv
from loadtest.analysis.saturation.slot_capacity import throughput_half_width
from loadtest.results.estimate import Estimate
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of

OF_THE_SCHEDULE = "an open load's schedule sets what can be completed: its count is exact and has no interval"


def throughput(measured: Measured, value: float, why: NullReasons) -> Estimate:
    """
    Return a window's throughput with its half width.

    For a closed load the half width is 1.96 cv / sqrt(activities), from the spread of the time that activities hold
    their slots, and what the window's edges cut, or from batches of the window where that spread was not seen; with it
    goes what a machine makes of one step and not of the next, of which no window tells. For an open load there is none.
    """
    if not is_closed(measured):
        why["throughput_per_second.half_width"] = OF_THE_SCHEDULE
        return Estimate(value, None, workflow_counts.window_closed(measured), "orders")
    window, done = measured.worker_window, work(measured)
    held = histogram_of(window, "worker.activity_execution")
    if done is not None and held is not None and held.count and done.in_window >= 1:
        half = throughput_half_width(slot_time_cv(measured), round(done.in_window), edges_of(measured))
        return Estimate(value, value * _with_machine_scatter(half), round(done.in_window), "activities")
    return _of_batches(measured, value, why)


def _of_batches(measured: Measured, value: float, why: NullReasons) -> Estimate:
    start = measured.warm_up_seconds
    points = [(s.at, float(s.completed)) for s in measured.timeline if s.completed is not None]
    spread = mean_of(batch_rates(points, start, start + measured.window_seconds), "batches")
    if spread.half_width is None:
        why["throughput_per_second.value"] = (
            f"{rate_text(value)}/s in the window, but a rate is shown with its interval, and its timeline has too many gaps"
        )
        return Estimate(None, None, spread.n, "batches")
    # With sampled results the timeline sees only a part: its spread is used as a share.
    share = spread.half_width / spread.value if spread.value else 0.0
    return Estimate(value, value * _with_machine_scatter(share), spread.n, "batches")


def _with_machine_scatter(half_width_ratio: float) -> float:
    """
    Add to a window's own half width what the machine makes of one step and not of the next.
    """
    return math.hypot(half_width_ratio, NORMAL_95 * MACHINE_SCATTER.ratio)
