"""
Samples as the workers and the injectors encode them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from hdrh.histogram import HdrHistogram

from loadtest.results.metric_difference import Histogram

BOUNDS = (*(0.001 * 1.2**index for index in range(60)), float("inf"))
_BOUNDS = np.array(BOUNDS)


def buckets(samples: Sequence[float]) -> Histogram:
    """
    Count samples into the workers' buckets.
    """
    places = np.searchsorted(_BOUNDS, np.asarray(samples, dtype=float))
    counts = np.bincount(places, minlength=len(BOUNDS))
    return Histogram(BOUNDS, tuple(counts.tolist()), sum(samples))


def hdr(samples: Sequence[float]) -> str:
    """
    Encode samples in seconds as an HdrHistogram of microseconds.
    """
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    # Many samples are alike, and recording one takes as long as a thousand equal ones.
    for microseconds, count in Counter(max(1, round(sample * 1e6)) for sample in samples).items():
        histogram.record_value(microseconds, count)
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")
