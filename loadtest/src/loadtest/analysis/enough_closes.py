"""
Whether enough workflows closed in a closed load's window to speak of a rate, and how long a window would have them.
"""

from __future__ import annotations

import math

from loadtest.analysis.workflow_counts import is_closed, window_closed
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured

FEWEST_CLOSES = 30


def too_few_closes(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if a closed load's window holds too few closes to speak of a rate.
    """
    closed = window_closed(measured)
    if not is_closed(measured) or closed >= FEWEST_CLOSES:
        return []
    seconds = seconds_of_enough_closes(measured)
    wanted = (
        f"write window_seconds = {seconds} or more"
        if seconds is not None
        else "raise warm_up_seconds and window_seconds"
    )
    return [
        f"{counted(closed, 'workflow')} closed in the window, too few to speak of a rate (bound {FEWEST_CLOSES}); "
        f"{wanted} (window_seconds is {measured.window_seconds:g})"
    ]


def seconds_of_enough_closes(measured: Measured) -> int | None:
    """
    Return the seconds of a window in which enough workflows would close at a step's own rate; ``None`` if none closed.
    """
    closed = window_closed(measured)
    # 1.65 standard deviations of what comes by chance, so that 19 of 20 such windows hold as many.
    wanted = FEWEST_CLOSES + 1.65 * math.sqrt(FEWEST_CLOSES)
    return math.ceil(wanted * measured.window_seconds / closed) if closed else None
