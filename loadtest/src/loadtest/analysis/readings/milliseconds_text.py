"""
How measured seconds are written for people: in milliseconds, from 1 s on in seconds.
"""

from __future__ import annotations

from loadtest.catalogue.loadtest_metrics import LATENCY_BOUNDS_SECONDS


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
