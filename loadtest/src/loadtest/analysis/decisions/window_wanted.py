"""
How long a window would have to be to hold as many tasks or orders as an answer needs.
"""

from __future__ import annotations

import math

from loadtest.plan import Plan
from loadtest.results.measured_step import Measured

# A window that ends by itself ends a little before its longest time.
_ABOUT_SECONDS = 5.0


def window_wanted(measured: Measured, plan: Plan, counted: int, wanted: int) -> str | None:
    """
    Say what to write for a window that counts enough: another length where it is fixed, a longer limit where the window ended
    at its longest; ``None`` where it ended by itself.

    Args:
        measured: The step.
        plan: Plan of the step's cell.
        counted: Number of tasks or orders that the window counted.
        wanted: Number that an answer needs.
    """
    load, seconds = plan.loads[measured.key.load], measured.window_seconds
    longer = math.ceil(1.1 * seconds * wanted / counted) if counted else math.ceil(2 * seconds)
    if load.window_seconds is not None:
        return f"write window_seconds = {longer} or more (now {seconds:.0f})"
    if seconds >= load.longest_window_seconds - _ABOUT_SECONDS:
        return f"write max_window_seconds = {longer} or more (now {load.longest_window_seconds:.0f})"
    return None
