"""
How the injectors' latencies are kept: HdrHistogram in microseconds, three significant digits, up to one hour.
"""

from __future__ import annotations

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

HIGHEST_MICROSECONDS = 3_600_000_000


def empty() -> HdrHistogram:
    """
    Return a histogram without samples.
    """
    return HdrHistogram(1, HIGHEST_MICROSECONDS, 3)


def record(histogram: HdrHistogram, seconds: float) -> None:
    """
    Add one sample; what lies outside of 1 us to 1 h counts as the bound.
    """
    histogram.record_value(min(max(round(seconds * 1e6), 1), HIGHEST_MICROSECONDS))


def encode(histogram: HdrHistogram) -> str:
    """
    Return its text, about 500 bytes.
    """
    return str(histogram.encode().decode("ascii"))


def merge(texts: Iterable[str]) -> str:
    """
    Add encoded histograms; none gives an empty one.
    """
    total = empty()
    for text in texts:
        total.decode_and_add(text)
    return encode(total)
