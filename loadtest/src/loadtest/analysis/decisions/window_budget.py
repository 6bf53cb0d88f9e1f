"""
Whether the windows of a run have used the seconds that its plan gives them.
"""

from __future__ import annotations

from collections.abc import Iterable

from loadtest.plan import Plan
from loadtest.results.measured_step import Measured


def why_budget_ended(plan: Plan, steps: Iterable[Measured]) -> str | None:
    """
    Say that no further step begins because the windows so far used the plan's seconds; ``None`` before that.

    Args:
        plan: Plan of the run.
        steps: Every step so far, also those that may not be believed.
    """
    spent = sum(step.window_seconds for step in steps)
    if plan.budget_seconds is None or spent < plan.budget_seconds:
        return None
    return f"the budget of {plan.budget_seconds:g} s of windows is spent"
