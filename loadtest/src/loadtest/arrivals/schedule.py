"""
The arrivals of one step, and how injectors divide them; and the gaps between arrivals for a rate that people change while
it runs.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence

from loadtest.arrivals.shapes import SHAPES, Piece
from loadtest.errors import InputError
from loadtest.plan import ArrivalKind, Arrivals
from loadtest.results.step_instruction import StepInstruction


def schedule(instruction: StepInstruction) -> tuple[float, ...]:
    """
    Return when each arrival of an open step is due.

    Warm-up and window are drawn separately, so that a longer warm-up leaves the window's arrivals unchanged. The
    warm-up runs at the rate at which the window begins.

    Args:
        instruction: Rate, shape, seed and lengths.

    Returns:
        Seconds since the warm-up's first instant, in order; empty for a closed load.
    """
    if instruction.arrival_rate is None:
        return ()
    times = SHAPES[instruction.arrivals.kind][1]
    warm_up, window = _pieces(
        instruction.arrivals,
        instruction.arrival_rate,
        instruction.warm_up_seconds,
        instruction.window_seconds,
    )
    before = times(warm_up, random.Random(f"{instruction.schedule_seed}/warm-up")) if warm_up else []
    counted = times(window, random.Random(f"{instruction.schedule_seed}/window"))
    return (*before, *(instruction.warm_up_seconds + at for at in counted))


def expected_starts(shape: Arrivals, rate: float, warm_up_seconds: float, window_seconds: float) -> float:
    """
    Return how many arrivals the schedule of an open step has on average.
    """
    warm_up, window = _pieces(shape, rate, warm_up_seconds, window_seconds)
    return sum(piece.arrivals for piece in (*warm_up, *window))


def _pieces(
    shape: Arrivals, rate: float, warm_up_seconds: float, window_seconds: float
) -> tuple[Sequence[Piece], Sequence[Piece]]:
    window = SHAPES[shape.kind][0](rate, window_seconds, shape)
    level = window[0].from_rate
    return [Piece(warm_up_seconds, level, level)] if warm_up_seconds > 0 else [], window


def split(offsets: Sequence[float], index: int, injectors: int) -> tuple[tuple[int, float], ...]:
    """
    Return the arrivals of one injector, with their numbers in the whole schedule.

    Each injector gets every ``injectors``-th arrival, so that together the injectors send the whole schedule.
    """
    return tuple(enumerate(offsets))[index::injectors]


def unit_gaps(kind: ArrivalKind, seed: int) -> Iterator[float]:
    """
    Return endless gaps of mean 1; divided by a rate they are seconds.

    Raises:
        InputError: The shape has an end, as a ramp has; for interactive runs Locust's own shapes and users do that.
    """
    if kind is ArrivalKind.CONSTANT:
        return itertools.repeat(1.0)
    if kind is ArrivalKind.POISSON:
        chance = random.Random(f"{seed}/endless")
        return (chance.expovariate(1.0) for _ in itertools.count())
    raise InputError(
        f"--arrivals {kind.value}: a shape with an end needs a plan; write poisson or constant and let the number "
        "of users, or a LoadTestShape, bend the rate"
    )
