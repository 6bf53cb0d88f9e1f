"""
How many tasks of a histogram waited longer than a bound.
"""

from __future__ import annotations

import math

from loadtest.results.metric_difference import Histogram

_SAME_BOUND_RATIO = 1e-6


def why_not_counted(histogram: Histogram, seconds: float) -> str | None:
    """
    Say that a bound lies beyond the last one of a histogram with samples there, so that nobody knows how many are late.

    Args:
        histogram: The samples, in seconds.
        seconds: The bound.
    """
    if not histogram.beyond or seconds <= histogram.last_bound * (1 + _SAME_BOUND_RATIO):
        return None
    return (
        f"{histogram.beyond} of {histogram.count} waited longer than {histogram.last_bound:g} s, the last bound of the histogram, and the SLO's is "
        f"{seconds:g} s; give the SDK larger ones (histogram_bucket_overrides)"
    )


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
