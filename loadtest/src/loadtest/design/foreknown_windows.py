"""
Windows of open steps whose answer is all but known before: of a rate far below the edge, where the window only must not
contradict the model, and of a rate above the capacity of its cell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loadtest import arrivals
from loadtest.analysis.judged_steps.step_verdict import capacity_for
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.design.design import KeptStep, judged_closed_steps
from loadtest.plan import Plan
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey

# Shortest window; the model's answers in windows of this length were tried on systems of known answer.
LEAST_FAR_BELOW_SECONDS = 20.0
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
    seconds = min(max(LEAST_FAR_BELOW_SECONDS, float(math.ceil(orders / rate))), instruction.window_seconds)
    usual = max(float(orders), rate * seconds)
    if usual >= _PLENTY * orders:
        return seconds, instruction.schedule_seed
    seeds = [f"{instruction.schedule_seed}/{number}" for number in range(CANDIDATES)]
    return seconds, min(seeds, key=lambda seed: abs(_orders(instruction, seed, seconds) - usual))


def _orders(instruction: StepInstruction, seed: str, seconds: float) -> int:
    start = instruction.warm_up_seconds
    return sum(start <= at < start + seconds for at in arrivals.schedule(instruction.on_schedule(seed)))


# As long as a closed load's: at 15 activities a second it has the 200 samples that a p95 takes.
LONGEST_OVERLOAD_SECONDS = 15.0
SHORTEST_OVERLOAD_SECONDS = 5.0
# Share of the drain's seconds in which the orders are to be worked off; the next step begins empty.
_OF_DRAIN = 0.9


def overload_window_seconds(plan: Plan, key: StepKey, rate: float, kept: Sequence[KeptStep]) -> float | None:
    """
    Return the seconds of the window of an open step above capacity; ``None`` for a step that is not known to be above it.

    The window only shows how long tasks wait. It is so short that the orders which it leaves are worked off in the drain, as
    far as five seconds can be.

    Args:
        plan: Plan of the step's cell.
        key: Key of the step.
        rate: Orders per second.
        kept: Every step so far; the closed ones of the cell tell its capacity.
    """
    found = capacity_for(judged_closed_steps(kept), plan, key)
    if found is None or found.level(rate) is not LoadLevel.ABOVE:
        return None
    behind = found.capacity.utilization(rate) - 1
    drained = _OF_DRAIN * plan.drain_seconds / behind - plan.warm_up_seconds
    return max(SHORTEST_OVERLOAD_SECONDS, min(LONGEST_OVERLOAD_SECONDS, float(int(drained))))
