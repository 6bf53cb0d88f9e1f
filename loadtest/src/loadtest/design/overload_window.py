"""
Window of a step whose rate is known to be above its cell's capacity: the answer stands before the step begins.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.judged_steps.step_verdict import capacity_for
from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.design.design import KeptStep, judged_closed_steps
from loadtest.plan import Plan
from loadtest.results.step_key import StepKey

# As long as a closed load's: at 15 activities a second it has the 200 samples that a p95 takes.
LONGEST_SECONDS = 15.0
SHORTEST_SECONDS = 5.0
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
    return max(SHORTEST_SECONDS, min(LONGEST_SECONDS, float(int(drained))))
