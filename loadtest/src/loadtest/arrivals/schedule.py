"""
The arrivals of one step, and how injectors divide them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from loadtest.arrivals.shapes import SHAPES, Piece
from loadtest.results.step_order import StepOrder


def schedule(order: StepOrder) -> tuple[float, ...]:
    """
    Return when each arrival of an open step is due.

    Warm-up and window are drawn apart, so that a longer warm-up leaves the window's arrivals as they were.  The warm-up runs at the level at which the window begins.

    Args:
        order: Rate, shape, seed and lengths.

    Returns:
        Seconds since the warm-up's first instant, in order; empty for a closed load.
    """
    if order.arrival_rate is None:
        return ()
    pieces, times = SHAPES[order.arrivals.kind]
    window = pieces(order.arrival_rate, order.window_seconds, order.arrivals)
    level = window[0].from_rate
    warm_up = [Piece(order.warm_up_seconds, level, level)] if order.warm_up_seconds > 0 else []
    before = times(warm_up, random.Random(f"{order.schedule_seed}/warm-up")) if warm_up else []
    counted = times(window, random.Random(f"{order.schedule_seed}/window"))
    return (*before, *(order.warm_up_seconds + at for at in counted))


def split(offsets: Sequence[float], index: int, injectors: int) -> tuple[tuple[int, float], ...]:
    """
    Return the arrivals of one injector, with their numbers in the whole schedule.

    Every ``injectors``-th arrival is its own, so that together the injectors send the whole schedule.
    """
    return tuple(enumerate(offsets))[index::injectors]
