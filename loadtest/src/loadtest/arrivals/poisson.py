"""
Independent arrivals at one rate, as of many clients who know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.arrivals.intensity import Piece
from loadtest.plan import Arrivals


def pieces(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    One level.
    """
    del shape  # nothing of it bends a level rate
    return [Piece(seconds, rate, rate)]
