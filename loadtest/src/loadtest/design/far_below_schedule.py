"""
Window and schedule of a step whose rate is far below the edge, where the window only has to not contradict the model.
"""

from __future__ import annotations

import math

from loadtest import arrivals
from loadtest.analysis.decisions.late_workflow_tasks import orders_that_tell
from loadtest.results.step_instruction import StepInstruction

# Answers by the model in windows of so many seconds were tried on systems of known answer.
LEAST_SECONDS = 20.0
CANDIDATES = 32
# Times the orders that are enough, from which on no schedule has too few of them.
_PLENTY = 5.0


def far_below_schedule(instruction: StepInstruction, activities: int) -> tuple[float, str]:
    """
    Return the seconds of a window, and the seed of a schedule that has in it as many orders as its rate gives.

    A window of random arrivals has now and then too few workflow tasks to tell anything: at 1.7 orders a second one in ten
    of 20 s.  Of several schedules the one is taken whose number of orders is nearest to the usual one, which at such a rate
    makes no wait longer or shorter; slow rates get a longer window.

    Args:
        instruction: Of the step, with its rate, its own schedule's seed and its longest window.
        activities: Of one order; it has one workflow task more.
    """
    rate = instruction.arrival_rate
    assert rate is not None  # a closed load has no edge
    enough = orders_that_tell(activities)
    seconds = min(max(LEAST_SECONDS, float(math.ceil(enough / rate))), instruction.window_seconds)
    usual = max(float(enough), rate * seconds)
    if usual >= _PLENTY * enough:
        return seconds, instruction.schedule_seed
    seeds = [f"{instruction.schedule_seed}/{number}" for number in range(CANDIDATES)]
    return seconds, min(seeds, key=lambda seed: abs(_orders(instruction, seed, seconds) - usual))


def _orders(instruction: StepInstruction, seed: str, seconds: float) -> int:
    start = instruction.warm_up_seconds
    return sum(start <= at < start + seconds for at in arrivals.schedule(instruction.on_schedule(seed)))
