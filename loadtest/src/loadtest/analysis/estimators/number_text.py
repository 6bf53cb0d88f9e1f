"""
How measured numbers are written for people: counts, which may be means or be interpolated within a bucket; rates of
whatever size; and seconds, in milliseconds, from 1 s on in seconds.
"""

from __future__ import annotations

import math

from loadtest.catalogue.loadtest_metrics import LATENCY_BOUNDS_SECONDS


def count_text(number: float) -> str:
    """
    Write a count: whole, or with one digit where it is small.
    """
    return f"{number:.0f}" if number >= 10 or number == round(number) else f"{number:.1f}"


def rate_text(per_second: float) -> str:
    """
    Write a rate with three significant digits, without trailing zeros.
    """
    if per_second == 0:
        return "0"
    if not 1e-9 <= abs(per_second) < 1e12:  # no rate of this world, and nobody counts so many zeros
        return f"{per_second:.3g}"
    decimals = max(0, 2 - math.floor(math.log10(abs(per_second))))
    text = f"{per_second:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds_text(seconds: float) -> str:
    """
    Write seconds as milliseconds without a unit, one decimal below 10.
    """
    value = seconds * 1000
    return f"{value:.1f}" if 0 < value < 9.95 else f"{value:,.0f}"


def wait_milliseconds_text(seconds: float) -> str:
    """
    Write a percentile of waits as milliseconds; below the first bound of their histogram only that it is, as its number
    there is a line from 0.
    """
    first = LATENCY_BOUNDS_SECONDS[0]
    return f"<{first * 1000:g}" if seconds < first else milliseconds_text(seconds)


def duration_text(seconds: float) -> str:
    """
    Write measured seconds with a suitable unit.
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{milliseconds_text(seconds)} ms"
