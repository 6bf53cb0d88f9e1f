"""
Shapes of a schedule: rates as straight pieces, and arrivals drawn from them.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from loadtest.plan import ArrivalKind, Arrivals


@dataclass(frozen=True, slots=True)
class Piece:
    """
    A span in which the rate changes in a straight line from one value to another.

    Attributes:
        seconds: Length of the span.
        from_rate, to_rate: Arrivals per second at its ends.
    """

    seconds: float
    from_rate: float
    to_rate: float

    @property
    def arrivals(self) -> float:
        """
        The expected number of arrivals in the span.
        """
        return self.seconds * (self.from_rate + self.to_rate) / 2

    def after(self, ranks: Iterable[float]) -> list[float]:
        """
        Return for each rank the seconds after which that many arrivals are expected; the inverse of the integral.
        """
        # One loop without calls: a schedule has up to a million arrivals, and dozens of schedules are tried.
        first, seconds, root_of = self.from_rate, self.seconds, math.sqrt
        square, twice_slope = first**2, 2 * ((self.to_rate - first) / seconds)
        times = []
        for rank in ranks:
            # The root of from_rate t + slope t^2 / 2 = rank in the form that also holds for slope = 0.
            under = square + twice_slope * rank
            both = first + (root_of(under) if under > 0 else 0.0)
            at = 2 * rank / both if both > 0 else 0.0
            times.append(at if at < seconds else seconds)
        return times


def expected_count(pieces: Sequence[Piece]) -> int:
    """
    The number of arrivals that the pieces hold: their integral, rounded.
    """
    return round(sum(piece.arrivals for piece in pieces))


def draw_times(pieces: Sequence[Piece], chance: random.Random) -> list[float]:
    """
    Draw the arrivals of a Poisson process with this rate; their number is drawn as well.

    A fixed number would take away the slow ups and downs that make queues: the mean wait would be half as long. A
    longer last piece adds arrivals and leaves the earlier ones unchanged.
    """
    expected = sum(piece.arrivals for piece in pieces)
    ranks: list[float] = []
    gap = chance.expovariate
    rank = gap(1.0)
    while rank < expected:
        ranks.append(rank)
        rank += gap(1.0)
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
    began, passed, index = 0.0, 0.0, 0
    for number, piece in enumerate(pieces, 1):
        # The last piece takes all that is left, so that rounding of the sum loses no arrival.
        end = passed + piece.arrivals
        last = len(ranks) if number == len(pieces) else bisect.bisect_right(ranks, end, index)
        times += [began + at for at in piece.after([max(0.0, rank - passed) for rank in ranks[index:last]])]
        began, passed, index = began + piece.seconds, end, last
    return times


def level(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    One rate from the first to the last instant.
    """
    del shape  # nothing of it bends a level rate
    return [Piece(seconds, rate, rate)]


def ramp(rate: float, seconds: float, shape: Arrivals) -> Sequence[Piece]:
    """
    The rate rises in a straight line from ``from_ratio`` of the load's rate to the load's rate.
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

# Kind of a schedule -> its pieces, and the function that puts arrivals into them.
SHAPES: dict[ArrivalKind, tuple[Shape, Times]] = {
    ArrivalKind.CONSTANT: (level, _evenly),
    ArrivalKind.POISSON: (level, draw_times),
    ArrivalKind.RAMP: (ramp, draw_times),
    ArrivalKind.STEP: (stairs, draw_times),
    ArrivalKind.SPIKE: (spike, draw_times),
}
