"""
The load's rate with one burst in the middle.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.arrivals.intensity import Piece
from loadtest.plan import Arrivals


def pieces(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    The middle fifth has ``spike_ratio`` times the rate.
    """
    fifth = seconds / 5
    burst = shape.spike_ratio * rate
    return [Piece(2 * fifth, rate, rate), Piece(fifth, burst, burst), Piece(2 * fifth, rate, rate)]
