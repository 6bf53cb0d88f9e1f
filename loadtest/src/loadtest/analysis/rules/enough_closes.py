"""
Whether enough workflows closed in a closed load's window for a rate, and how long a window would have enough.
"""

from __future__ import annotations

import math

from loadtest.analysis.readings.workflow_counts import all_left_open, is_closed, results, window_closed
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured

FEWEST_CLOSES = 30
# Longest window to which a plan of short windows may be extended without asking, where orders take long.
LONGEST_AGAIN_SECONDS = 300


def too_few_closes(measured: Measured, _plan: Plan) -> list[str]:
    """
    Return a reason if a closed load's window holds too few closes for a rate; none where no workflow ended in the whole
    step, which a longer window would not mend.
    """
    closed = window_closed(measured)
    if not is_closed(measured) or closed >= FEWEST_CLOSES or all_left_open(measured):
        return []
    seconds = seconds_of_enough_closes(measured)
    wanted = (
        f"write window_seconds = {seconds} or more"
        if seconds is not None
        else "raise warm_up_seconds and window_seconds"
    )
    slow = f"one took {_mean_seconds(measured):.3g} s, so " if seconds is not None and not closed else ""
    return [
        f"{counted(closed, 'workflow')} closed in the window, too few to speak of a rate (bound {FEWEST_CLOSES}); "
        f"{slow}{wanted} (window_seconds is {measured.window_seconds:g})"
    ]


def seconds_of_enough_closes(measured: Measured) -> int | None:
    """
    Return how many seconds of window would hold enough closes at the step's own rate; ``None`` where that is not known.

    Where none closed in the window, the rate is by Little's law from how long those took that closed in the drain.
    """
    closed, took = window_closed(measured), _mean_seconds(measured)
    # 1.65 standard deviations of a random count, so that 19 of 20 such windows hold enough.
    wanted = FEWEST_CLOSES + 1.65 * math.sqrt(FEWEST_CLOSES)
    if closed:
        return math.ceil(wanted * measured.window_seconds / closed)
    if took is None or not measured.in_flight:
        return None
    seconds = math.ceil(took + wanted * took / measured.in_flight)
    return seconds if seconds > measured.window_seconds else None


def is_too_short_again(measured: Measured) -> bool:
    """
    Tell whether no workflow closed in a closed load's window, with nothing else wrong, and none would at another attempt,
    as a window that holds enough is longer than an attempt's may get.
    """
    if not is_closed(measured) or measured.problems or window_closed(measured):
        return False
    seconds = seconds_of_enough_closes(measured)
    return seconds is not None and seconds > LONGEST_AGAIN_SECONDS


def _mean_seconds(measured: Measured) -> float | None:
    """
    Return how long a workflow of the step took from its start to its end; ``None`` where none was seen to end.
    """
    report = measured.injector
    ended = results(report.whole)
    return report.closed_minus_sent_seconds * report.awaited_every / ended if ended else None
