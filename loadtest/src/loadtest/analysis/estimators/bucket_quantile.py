"""
What a histogram with buckets can tell of its samples, and how exactly.
"""

from __future__ import annotations

import math

from loadtest.results.metric_difference import Histogram


def mean(histogram: Histogram) -> float:
    """
    Return the mean; it is exact, as the histogram also keeps the sum of its samples.

    Raises:
        ValueError: There are no samples.
    """
    _refuse_empty(histogram)
    return histogram.sum / histogram.count


def bucket(histogram: Histogram, q: float) -> tuple[float, float]:
    """
    Return the bounds of the bucket that holds the quantile: the resolution of its value.

    Args:
        histogram: The samples.
        q: The quantile to find, 0..1.

    Returns:
        Lower and upper bound; the upper one is infinite when the quantile lies beyond the last
        finite bound, and then all that is known is "more than the lower one".

    Raises:
        ValueError: There are no samples, or q is no share.
    """
    index, _, _ = _locate(histogram, q)
    return _edges(histogram, index)


def quantile(histogram: Histogram, q: float) -> float:
    """
    Return a quantile, on the straight line between the edges of its bucket.

    The sample of that rank surely lies in the same bucket (``bucket`` states it), so the error is less than
    the bucket's width.

    Args:
        histogram: The samples.
        q: The quantile to find, 0..1.

    Returns:
        The value; the last finite bound if the quantile lies beyond it.

    Raises:
        ValueError: There are no samples, or q is no share.

    Source:
        Prometheus' ``histogram_quantile``, so that a dashboard and the report agree.
    """
    index, rank, below = _locate(histogram, q)
    low, high = _edges(histogram, index)
    if math.isinf(high):
        return low
    return low + (high - low) * (rank - below) / histogram.counts[index]


def _refuse_empty(histogram: Histogram) -> None:
    if histogram.count == 0:
        raise ValueError("a histogram without samples has no mean and no quantiles")


def _locate(histogram: Histogram, q: float) -> tuple[int, float, int]:
    """
    Find the bucket of a quantile: its index, the rank asked for and the samples below the bucket.
    """
    if not 0 <= q <= 1:
        raise ValueError(f"q = {q}: a quantile is a share; write a number from 0 to 1")
    _refuse_empty(histogram)
    rank = q * histogram.count
    below = 0
    for index, count in enumerate(histogram.counts):
        if count and below + count >= rank:
            return index, rank, below
        below += count
    raise AssertionError("ranks end at the count")  # rank <= count by the check of q


def _edges(histogram: Histogram, index: int) -> tuple[float, float]:
    low = histogram.bounds[index - 1] if index else 0.0
    return low, histogram.bounds[index]
