"""
A Temporal that already runs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remote:
    """
    How to reach it.

    Attributes:
        settings: Settings for ``make deploy``.
    """

    settings: list[str]
