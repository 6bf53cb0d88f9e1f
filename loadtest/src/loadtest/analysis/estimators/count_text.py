"""
Counts in words, which may be means or be interpolated within a bucket.
"""

from __future__ import annotations


def count_text(number: float) -> str:
    """
    Write a count: whole, or with one digit where it is small.
    """
    return f"{number:.0f}" if number >= 10 or number == round(number) else f"{number:.1f}"
