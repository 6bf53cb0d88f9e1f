"""
How many tasks of a histogram waited longer than a bound.
"""

from __future__ import annotations

import math

from loadtest.results.difference import Histogram
from loadtest.results.measured import Measured

_SAME_BOUND_RATIO = 1e-6


def count_late(histogram: Histogram, seconds: float) -> float:
    """
    Return how many samples are above the bound; within a bucket that the bound cuts in proportion.

    Args:
        histogram: The samples, in seconds.
        seconds: The bound.
    """
    late, low = 0.0, 0.0
    for high, count in zip(histogram.bounds, histogram.counts, strict=True):
        if low >= seconds or math.isclose(low, seconds, rel_tol=_SAME_BOUND_RATIO):
            late += count
        elif high > seconds and not math.isclose(high, seconds, rel_tol=_SAME_BOUND_RATIO):
            late += count if math.isinf(high) else count * (high - seconds) / (high - low)
        low = high
    return late


def late_ratio(measured: Measured, bound: float | None) -> tuple[float | None, str]:
    """
    Return the share of a window's activities that waited longer than a bound, and why there may be none.

    Args:
        measured: The step.
        bound: In seconds; ``None`` where the plan has none.
    """
    window = measured.worker_window
    waits = window.histograms.get("worker.activity_schedule_to_start") if window is not None else None
    if measured.key.kind == "saturate":
        return None, "a closed load makes its own waits"
    if bound is None:
        return None, "the plan bounds no waits"
    if window is None:
        return None, "the workers offer no metrics of ours"
    if waits is None or not waits.count:
        return None, "no activity started in the window"
    return count_late(waits, bound) / waits.count, ""
