"""
Samples as the workers and the injectors encode them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hdrh.histogram import HdrHistogram

from loadtest.results.metric_difference import Histogram

BOUNDS = (*(0.001 * 1.2**index for index in range(60)), float("inf"))


def buckets(samples: Sequence[float]) -> Histogram:
    """
    Count samples into the workers' buckets.
    """
    places = np.searchsorted(BOUNDS, np.asarray(samples, dtype=float))
    counts = np.bincount(places, minlength=len(BOUNDS))
    return Histogram(BOUNDS, tuple(counts.tolist()), sum(samples))


def hdr(samples: Sequence[float]) -> str:
    """
    Encode samples in seconds as an HdrHistogram of microseconds.
    """
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for sample in samples:
        histogram.record_value(max(1, round(sample * 1e6)))
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")
