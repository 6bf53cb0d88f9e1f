"""
A rate that climbs to the load's rate in equal stairs.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.arrivals.intensity import Piece
from loadtest.plan import Arrivals


def pieces(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    ``steps`` stairs of equal length; the first has ``from_ratio`` of the rate, the last the rate.
    """
    climb = (1 - shape.from_ratio) / (shape.steps - 1)
    levels = [rate * (shape.from_ratio + stair * climb) for stair in range(shape.steps)]
    return [Piece(seconds / shape.steps, level, level) for level in levels]
