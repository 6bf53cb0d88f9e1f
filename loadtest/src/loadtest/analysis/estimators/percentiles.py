"""
Which percentiles a number of samples is enough for, and their values.

It decides what is shown; validity rules may read percentiles that are not shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from hdrh.histogram import HdrHistogram

from loadtest.analysis.estimators.bucket_quantile import bucket, quantile
from loadtest.plural import counted
from loadtest.results.estimate import NO_PERCENTILES, Percentiles
from loadtest.results.metric_difference import Histogram

BEYOND = 10
_SO_THAT = f"so that {BEYOND} lie beyond it"
SHOWN = (50, 95, 99)
MICROSECONDS = 1e6
# A wider bucket tells only that the percentile lies in it: wider than 5 ms, and wider than from 2 to 5.
FINE_SECONDS, FINE_RATIO = 0.005, 2.5


def is_borne(percent: int, samples: int) -> bool:
    """
    Tell whether at least ten samples lie beyond a percentile.
    """
    return samples * (100 - percent) >= BEYOND * 100


def samples_wanted(percent: int) -> int:
    """
    Return how many samples a percentile needs.
    """
    return math.ceil(BEYOND * 100 / (100 - percent))


def of_buckets(histogram: Histogram | None) -> tuple[Percentiles, dict[str, str]]:
    """
    Read percentiles from a histogram with buckets.

    Returns:
        The percentiles, and by its name the reason for each one that is not shown.
    """
    if histogram is None:
        return NO_PERCENTILES, dict.fromkeys(("p50", "p95", "p99"), "nobody counted this")
    count = histogram.count
    values: dict[str, float | None] = {}
    why: dict[str, str] = {}
    for percent in SHOWN:
        name = f"p{percent}"
        values[name] = None
        if not is_borne(percent, count):
            why[name] = too_few(percent, count)
            continue
        low, high = bucket(histogram, percent / 100)
        if math.isinf(high):
            why[name] = f"beyond the last bucket, so more than {low:g} s"
        elif is_coarse(low, high):
            why[name] = (
                f"between {low:g} and {high:g} s, and the histogram has no bound in between; "
                "give the SDK finer ones (histogram_bucket_overrides)"
            )
        else:
            values[name] = quantile(histogram, percent / 100)
    return Percentiles(values["p50"], values["p95"], values["p99"], count), why


def is_coarse(low: float, high: float) -> bool:
    """
    Tell whether a bucket is so wide that a percentile in it is not known.
    """
    return high > FINE_SECONDS and high > FINE_RATIO * low * (1 + 1e-9)


def of_hdr(encoded: str | None) -> tuple[Percentiles, dict[str, str]]:
    """
    Read percentiles from an HdrHistogram of microseconds; as ``of_buckets``.
    """
    if encoded is None:
        return NO_PERCENTILES, dict.fromkeys(("p50", "p95", "p99"), "the injectors did not record this")
    histogram = decode(encoded)
    count = int(histogram.get_total_count())
    why = {f"p{percent}": too_few(percent, count) for percent in SHOWN if not is_borne(percent, count)}
    values = [
        _value_at(histogram, percent) / MICROSECONDS if is_borne(percent, count) else None
        for percent in SHOWN
    ]
    return Percentiles(values[0], values[1], values[2], count), why


def decode(encoded: str) -> HdrHistogram:
    """
    Decode the text form of an HdrHistogram.
    """
    return HdrHistogram.decode(encoded)


# The rules of validity read every kept step again before each next one; a histogram takes 0.2 ms to read.
@lru_cache(maxsize=4096)
def raw_percentile(encoded: str | None, percent: int) -> float | None:
    """
    Return a percentile in seconds however few the samples, for rules; ``None`` without any.
    """
    if encoded is None:
        return None
    histogram = decode(encoded)
    if histogram.get_total_count() == 0:
        return None
    return _value_at(histogram, percent) / MICROSECONDS


def _value_at(histogram: HdrHistogram, percent: int) -> float:
    """
    Return the same as ``get_value_at_percentile``, whose loop over all buckets in Python takes 10 ms.
    """
    reached = np.cumsum(np.ctypeslib.as_array(histogram.counts))
    index = int(np.searchsorted(reached, histogram.get_target_count_at_percentile(percent)))
    return float(histogram.get_highest_equivalent_value(histogram.get_value_from_index(index)))


def largest(encoded: str | None) -> float | None:
    """
    Return the largest sample in seconds, ``None`` without any.
    """
    return raw_percentile(encoded, 100)


def late_of_hdr(encoded: str, seconds: float) -> tuple[int, int]:
    """
    Return how many samples there are, and how many of them are above a bound in seconds.
    """
    histogram = decode(encoded)
    late = sum(count for _, value, count in _recorded(histogram) if value > seconds * MICROSECONDS)
    return int(histogram.get_total_count()), late


def mean_of_hdr(encoded: str) -> float:
    """
    Return the mean of the samples in seconds, 0 without any.
    """
    histogram = decode(encoded)
    total = sum(count * ((lowest + highest + 1) // 2) for lowest, highest, count in _recorded(histogram))
    return total / max(1, int(histogram.get_total_count())) / MICROSECONDS


def _recorded(histogram: HdrHistogram) -> Iterator[tuple[int, int, int]]:
    """
    Give the lowest and the highest value of each bucket with samples, and their number.

    ``get_recorded_iterator`` gives the same, and takes 10 ms as it steps over every empty bucket.
    """
    counts = np.ctypeslib.as_array(histogram.counts)
    for index in np.flatnonzero(counts).tolist():
        lowest = histogram.get_value_from_index(index)
        yield lowest, histogram.get_highest_equivalent_value(lowest), int(counts[index])


def too_few(percent: int, count: int) -> str:
    """
    Say that a percentile has too few samples.
    """
    return f"{counted(count, 'sample')}; p{percent} is shown from {samples_wanted(percent)} on, {_SO_THAT}"


def is_for_few_samples(reason: str) -> bool:
    """
    Tell whether a percentile's reason is that it has too few samples, and not that the histogram cannot tell it.
    """
    return reason.endswith(_SO_THAT)
