"""
The same gap between any two arrivals.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from loadtest.arrivals.intensity import Piece, even
from loadtest.plan import Arrivals


def pieces(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    One level.
    """
    del shape  # nothing of it bends a constant rate
    return [Piece(seconds, rate, rate)]


def times(parts: Sequence[Piece], chance: random.Random) -> list[float]:
    """
    Evenly spaced; the seed changes nothing.
    """
    del chance
    return even(parts)
