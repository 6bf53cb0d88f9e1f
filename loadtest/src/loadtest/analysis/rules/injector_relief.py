"""
What would help injectors that do not keep up with their schedule.
"""

from __future__ import annotations

from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Measured

# The share of a window for which a limit holds an injector back that makes starts late: their p99 is what is judged.
THROTTLED_RATIO = 0.01


def injector_relief(measured: Measured, plan: Plan) -> str:
    """
    Say what to change: what may be open at once, the CPU limit of the injectors, or their number.

    Args:
        measured: A step whose starts were late, or did not leave.
        plan: Plan of the step's cell.
    """
    most = max((second.in_flight or 0 for second in measured.timeline), default=0)
    if most >= plan.max_in_flight:
        return f"all that may be in flight ({counted(plan.max_in_flight, 'workflow')}) were open: raise max_in_flight or lower the rate"
    limit, throttled = measured.injector.core_limit, measured.injector.throttled_seconds
    if limit is not None and throttled is not None and throttled >= THROTTLED_RATIO * measured.window_seconds:
        return (
            f"an injector may use {limit:g} {plural(limit, 'core')}, and that limit held it back for {throttled:.1f} s: "
            "raise it (in a cluster injectors.resources.limits.cpu, which a LimitRange sets where you do not) or lower the rate"
        )
    return f"add --injectors {plan.injectors + 1} or lower the rate"
