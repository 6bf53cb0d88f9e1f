"""
Window and schedule of a step whose rate is far below the edge, where the window only must not contradict the model.
"""

from __future__ import annotations

import math

from loadtest import arrivals
from loadtest.results.step_instruction import StepInstruction

# Shortest window; the model's answers in windows of this length were tried on systems of known answer.
LEAST_SECONDS = 20.0
CANDIDATES = 32
# From this many times the needed orders on, no schedule has too few of them.
_PLENTY = 5.0


def far_below_schedule(instruction: StepInstruction, orders: int) -> tuple[float, str]:
    """
    Return the seconds of a window, and the seed of a schedule that has as many orders in it as the rate gives on
    average.

    A window of random arrivals sometimes has too few workflow tasks to decide: at 1.7 orders per second, one of ten
    windows of 20 s. Of several schedules the one is chosen whose number of orders is nearest to the average; at such a
    rate this makes no wait longer or shorter. Slow rates get a longer window.

    Args:
        instruction: The step's instruction, with its rate, the seed of its own schedule and its longest window.
        orders: Number of orders that the answers need.
    """
    rate = instruction.arrival_rate
    assert rate is not None  # a closed load has no edge
    seconds = min(max(LEAST_SECONDS, float(math.ceil(orders / rate))), instruction.window_seconds)
    usual = max(float(orders), rate * seconds)
    if usual >= _PLENTY * orders:
        return seconds, instruction.schedule_seed
    seeds = [f"{instruction.schedule_seed}/{number}" for number in range(CANDIDATES)]
    return seconds, min(seeds, key=lambda seed: abs(_orders(instruction, seed, seconds) - usual))


def _orders(instruction: StepInstruction, seed: str, seconds: float) -> int:
    start = instruction.warm_up_seconds
    return sum(start <= at < start + seconds for at in arrivals.schedule(instruction.on_schedule(seed)))
