"""
How the injectors' latencies are kept: HdrHistograms in microseconds, with three significant digits, for as long as a step
can last.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

from hdrh.codec import HdrCookieException, HdrHistogramSettingsException, HdrLengthException
from hdrh.histogram import HdrHistogram

# Warm-up, window and drain of a plan are a day each at most, so that no order of a step takes longer.
HIGHEST_MICROSECONDS = 3 * 86_400 * 1_000_000
# Errors that the decoder raises for a text that is cut or changed; it has no common error for these cases.
_NOT_WHOLE = (
    ValueError,
    struct.error,
    zlib.error,
    HdrCookieException,
    HdrHistogramSettingsException,
    HdrLengthException,
)


def empty() -> HdrHistogram:
    """
    Return a histogram without samples.
    """
    return HdrHistogram(1, HIGHEST_MICROSECONDS, 3)


def record(histogram: HdrHistogram, seconds: float) -> None:
    """
    Add one sample; a sample below 1 us or above three days counts as that.
    """
    histogram.record_value(min(max(round(seconds * 1e6), 1), HIGHEST_MICROSECONDS))


def encode(histogram: HdrHistogram) -> str:
    """
    Return the histogram as text, about 500 bytes.
    """
    return str(histogram.encode().decode("ascii"))


def merge(texts: Iterable[str]) -> str:
    """
    Add encoded histograms; without any the result is empty.
    """
    total = empty()
    for text in texts:
        total.decode_and_add(text)
    return encode(total)


def why_not_whole(text: str) -> str | None:
    """
    Say why a text is no encoded histogram; ``None`` for one that is.
    """
    try:
        HdrHistogram.decode(text)
    except _NOT_WHOLE as error:
        return str(error)
    return None
