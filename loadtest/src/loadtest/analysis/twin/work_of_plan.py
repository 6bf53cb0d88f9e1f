"""
The work of the kit's own orders, which is drawn from what the plan says.
"""

from __future__ import annotations

from loadtest.analysis.twin.work_distribution import ExponentialWork, UniformWork, WorkDistribution
from loadtest.plan import Plan

# The scenario whose orders draw from the plan's [work].
OWN_ORDERS = "repair"


def known_work(plan: Plan) -> WorkDistribution | None:
    """
    Return the distribution from which an activity's seconds are drawn; ``None`` where the plan does not make the draws.
    """
    given = plan.work
    if plan.scenario != OWN_ORDERS or given.seconds <= 0 or given.cpu_seconds:
        return None
    if given.spread == "exponential":
        return ExponentialWork(given.seconds)
    return UniformWork(given.seconds, given.spread_ratio if given.spread == "uniform" else 0.0)


def knows_orders(plan: Plan) -> bool:
    """
    Tell whether the model holds how the times of the plan's orders differ, and not their mean alone.

    Of orders that are not the kit's it knows neither timers and children nor that one takes long in all of its activities, and
    of those that are retried or done again not how many stages they have.
    """
    given = plan.work
    return known_work(plan) is not None and not given.failure_probability and not given.rework_probability
