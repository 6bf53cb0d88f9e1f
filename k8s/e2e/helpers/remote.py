"""
A Temporal that is there already.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remote:
    """
    How it is reached.

    Attributes:
        settings: For ``make deploy``.
    """

    settings: list[str]
