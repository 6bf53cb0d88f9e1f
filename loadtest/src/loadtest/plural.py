"""
Nouns and verbs that agree with a count: one step is measured, two steps are.
"""

from __future__ import annotations


def plural(number: float, one: str, many: str | None = None) -> str:
    """
    Return a noun or a verb as it stands beside a number.

    Args:
        number: What is counted.
        one: The word beside 1, such as ``step`` or ``was``.
        many: The word beside any other number; by default the noun with an s.
    """
    if number == 1:
        return one
    return f"{one}s" if many is None else many


def counted(number: int, one: str, many: str | None = None) -> str:
    """
    Return a count with its noun.

    Args:
        number: What is counted.
        one, many: As ``plural`` takes them.
    """
    return f"{number:,} {plural(number, one, many)}"
