"""
A step's throughput: the window's exact number with the half width that its batches give.
"""

from __future__ import annotations

from loadtest.analysis import counts
from loadtest.analysis.intervals import batch_rates, mean_of
from loadtest.analysis.null_reasons import NullReasons
from loadtest.results.estimate import Estimate
from loadtest.results.measured import Measured


def throughput(measured: Measured, value: float, why: NullReasons) -> Estimate:
    """
    Put the window's exact throughput beside the half width that its batches give.
    """
    start = measured.warm_up_seconds
    done = counts.work(measured)
    activities = [
        (s.at, s.activities_finished) for s in measured.timeline if s.activities_finished is not None
    ]
    if done is not None and done.counter == counts.ACTIVITY_FINISHED and activities:
        points = [(at, total / done.per_workflow) for at, total in activities]
    else:
        points = [(s.at, float(s.completed)) for s in measured.timeline if s.completed is not None]
    rates = batch_rates(points, start, start + measured.window_seconds)
    of = "batches"
    if not rates and done is not None and measured.worker_halves is not None:
        rates = [
            h.counters.get(done.counter, 0.0) / done.per_workflow / h.seconds for h in measured.worker_halves
        ]
        of = "halves"
    spread = mean_of(rates, of)
    if spread.half_width is None:
        why["throughput_per_second.value"] = (
            f"{value:.2f}/s in the window, but a rate is shown with its interval, and its timeline has too many gaps"
        )
        return Estimate(None, None, spread.n, of)
    # Of sampled results the timeline sees a part: its spread is taken as a share.
    share = spread.half_width / spread.value if spread.value else 0.0
    return Estimate(value, value * share, spread.n, of)
