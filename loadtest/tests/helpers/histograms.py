"""
Samples as the workers and the injectors encode them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from hdrh.histogram import HdrHistogram

from loadtest.results.metric_difference import Histogram

BOUNDS = (*(0.001 * 1.2**index for index in range(60)), float("inf"))


def buckets(samples: Sequence[float]) -> Histogram:
    """
    Count samples into the workers' buckets.
    """
    counts = [0] * len(BOUNDS)
    for sample in samples:
        counts[bisect_left(BOUNDS, sample)] += 1
    return Histogram(BOUNDS, tuple(counts), sum(samples))


def hdr(samples: Sequence[float]) -> str:
    """
    Encode samples in seconds as an HdrHistogram of microseconds.
    """
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for sample in samples:
        histogram.record_value(max(1, round(sample * 1e6)))
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")
