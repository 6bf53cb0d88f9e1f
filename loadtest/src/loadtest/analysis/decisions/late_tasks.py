"""
How many tasks of a histogram waited longer than a bound, or why that is not known.
"""

from __future__ import annotations

import math

from loadtest.analysis.estimators.percentiles import is_coarse
from loadtest.results.metric_difference import Histogram

_SAME_BOUND_RATIO = 1e-6
# Share of the tasks for which it may stay unknown whether they are late: a tenth of what an SLO allows.
_MOST_OPEN_RATIO = 0.005


def why_not_counted(histogram: Histogram, seconds: float) -> str | None:
    """
    Say that a bound lies in a wide bucket of a histogram, or beyond its last one, with samples there, so that the
    number of late samples is not known.

    Args:
        histogram: The samples, in seconds.
        seconds: The bound.
    """
    low, high, count = _around(histogram, seconds)
    if is_coarse(low, high) and math.isfinite(high) and count > _MOST_OPEN_RATIO * histogram.count:
        return (
            f"{count} of {histogram.count} waited between {low:g} and {high:g} s, the histogram has no bound in between, and the "
            f"SLO's is {seconds:g} s; give the SDK one there (histogram_bucket_overrides)"
        )
    if not histogram.beyond or seconds <= histogram.last_bound * (1 + _SAME_BOUND_RATIO):
        return None
    return (
        f"{histogram.beyond} of {histogram.count} waited longer than {histogram.last_bound:g} s, the last bound of the histogram, and the SLO's is "
        f"{seconds:g} s; give the SDK larger ones (histogram_bucket_overrides)"
    )


def _around(histogram: Histogram, seconds: float) -> tuple[float, float, int]:
    """
    Return the edges of the bucket that a bound cuts, and its samples; no samples for a bound that is itself an edge.
    """
    low = 0.0
    for high, count in zip(histogram.bounds, histogram.counts, strict=True):
        if math.isclose(high, seconds, rel_tol=_SAME_BOUND_RATIO):
            return low, high, 0
        if high > seconds:
            return low, high, count
        low = high
    return low, math.inf, 0


def count_late(histogram: Histogram, seconds: float) -> float:
    """
    Return how many samples are above the bound; of the bucket that the bound cuts, a proportional part.

    Args:
        histogram: The samples, in seconds.
        seconds: The bound.
    """
    low, high, cut = _around(histogram, seconds)
    above = sum(
        count for bound, count in zip(histogram.bounds, histogram.counts, strict=True) if bound > high
    )
    return float(above) + (cut if math.isinf(high) else cut * (high - seconds) / (high - low))
