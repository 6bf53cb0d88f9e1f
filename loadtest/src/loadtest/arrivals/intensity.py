"""
A rate that changes with time, in straight pieces, and arrivals drawn from it.

It knows nothing of which shapes there are.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A span in which the rate runs straight from one value to another.

    Attributes:
        seconds: Its length.
        from_rate, to_rate: Arrivals per second at its ends.
    """

    seconds: float
    from_rate: float
    to_rate: float

    @property
    def arrivals(self) -> float:
        """
        How many arrivals are expected in it.
        """
        return self.seconds * (self.from_rate + self.to_rate) / 2

    def after(self, arrivals: float) -> float:
        """
        Return the seconds after which so many arrivals are expected; the inverse of the integral.
        """
        slope = (self.to_rate - self.from_rate) / self.seconds
        # The root of from_rate t + slope t^2 / 2 = arrivals in the form that also holds for slope = 0.
        root = math.sqrt(max(0.0, self.from_rate**2 + 2 * slope * arrivals))
        at = 2 * arrivals / (self.from_rate + root) if self.from_rate + root > 0 else 0.0
        return min(at, self.seconds)


def count(pieces: Sequence[Piece]) -> int:
    """
    The number of arrivals that the pieces hold: their integral, rounded.
    """
    return round(sum(piece.arrivals for piece in pieces))


def draw(pieces: Sequence[Piece], chance: random.Random) -> list[float]:
    """
    Draw the arrivals of a Poisson process with this rate, given its count.

    Given their number, the arrivals of a Poisson process are independent and distributed as its rate is;
    fixing the number takes away the luck that dominates short windows.
    """
    expected = sum(piece.arrivals for piece in pieces)
    ranks = sorted(chance.random() * expected for _ in range(count(pieces)))
    return _spread(pieces, ranks)


def even(pieces: Sequence[Piece]) -> list[float]:
    """
    Space the arrivals evenly: the same share of the rate's integral lies between any two.
    """
    number = count(pieces)
    expected = sum(piece.arrivals for piece in pieces)
    return _spread(pieces, [(i * expected) / number for i in range(number)])


def _spread(pieces: Sequence[Piece], ranks: Sequence[float]) -> list[float]:
    times: list[float] = []
    upcoming = iter(pieces)
    piece = next(upcoming, None)
    began, passed = 0.0, 0.0
    for rank in ranks:
        while piece is not None and rank > passed + piece.arrivals:
            following = next(upcoming, None)
            if following is None:
                break
            began, passed, piece = began + piece.seconds, passed + piece.arrivals, following
        assert piece is not None  # ranks are drawn only where there are pieces
        times.append(began + piece.after(max(0.0, rank - passed)))
    return times
