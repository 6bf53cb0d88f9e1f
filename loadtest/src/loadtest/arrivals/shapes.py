"""
Shapes of a schedule: rates in straight pieces, and arrivals drawn from them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.plan import ArrivalKind, Arrivals


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


def expected_count(pieces: Sequence[Piece]) -> int:
    """
    The number of arrivals that the pieces hold: their integral, rounded.
    """
    return round(sum(piece.arrivals for piece in pieces))


def draw_times(pieces: Sequence[Piece], chance: random.Random) -> list[float]:
    """
    Draw the arrivals of a Poisson process with this rate; their number is a draw too.

    A fixed number would take away the slow ups and downs that make queues: the mean wait would halve.
    A longer last piece adds arrivals and leaves the earlier ones as they were.
    """
    expected = sum(piece.arrivals for piece in pieces)
    ranks: list[float] = []
    rank = chance.expovariate(1.0)
    while rank < expected:
        ranks.append(rank)
        rank += chance.expovariate(1.0)
    return _spread(pieces, ranks)


def space_evenly(pieces: Sequence[Piece]) -> list[float]:
    """
    Space the arrivals evenly: the same share of the rate's integral lies between any two.
    """
    number = expected_count(pieces)
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


def level(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    One rate from the first to the last instant.
    """
    del shape  # nothing of it bends a level rate
    return [Piece(seconds, rate, rate)]


def ramp(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    The rate rises straight from ``from_ratio`` of the load's rate to the load's rate.
    """
    return [Piece(seconds, shape.from_ratio * rate, rate)]


def stairs(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    The rate climbs in ``steps`` stairs of equal length, from ``from_ratio`` of the load's rate to the load's rate.
    """
    climb = (1 - shape.from_ratio) / (shape.steps - 1)
    levels = [rate * (shape.from_ratio + stair * climb) for stair in range(shape.steps)]
    return [Piece(seconds / shape.steps, level, level) for level in levels]


def spike(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    The middle fifth has ``spike_ratio`` times the load's rate.
    """
    fifth = seconds / 5
    burst = shape.spike_ratio * rate
    return [Piece(2 * fifth, rate, rate), Piece(fifth, burst, burst), Piece(2 * fifth, rate, rate)]


def _evenly(pieces: Sequence[Piece], chance: random.Random) -> list[float]:
    del chance  # the seed changes nothing
    return space_evenly(pieces)


Shape = Callable[[float, float, Arrivals], Sequence[Piece]]
Times = Callable[[Sequence[Piece], random.Random], list[float]]

# Kind of a schedule -> its pieces, and how arrivals are put into them.
SHAPES: dict[ArrivalKind, tuple[Shape, Times]] = {
    ArrivalKind.CONSTANT: (level, _evenly),
    ArrivalKind.POISSON: (level, draw_times),
    ArrivalKind.RAMP: (ramp, draw_times),
    ArrivalKind.STEP: (stairs, draw_times),
    ArrivalKind.SPIKE: (spike, draw_times),
}
