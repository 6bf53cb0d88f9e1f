"""
A rate that rises straight to the load's rate over the window.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.arrivals.intensity import Piece
from loadtest.plan import Arrivals


def pieces(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    From ``from_ratio`` of the rate to the rate.
    """
    return [Piece(seconds, shape.from_ratio * rate, rate)]
