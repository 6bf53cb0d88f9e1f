"""
Which share of the open orders waits for something outside of queues and slots, as sampled histories tell.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.results.history_sample import HistorySample

# A share that is smaller is not worth a word, and is what rounding makes of a history's times.
_LEAST_RATIO = 0.05
UNHELD_ACTIVITIES = (
    "activities that hold no slot (completed by another process, or before their next attempt)"
)


def waiting_ratio(
    sample: HistorySample | None, wait_seconds: float | None, execution_seconds: float | None
) -> Mapping[str, float]:
    """
    Return the share of the orders' time by what they wait for, the largest first; empty where no history was read.

    Args:
        sample: Sampled histories of a step.
        wait_seconds: Mean wait of an activity in its queue; ``None`` where it is not known.
        execution_seconds: Mean time that an attempt holds its slot; ``None`` where it is not known.
    """
    if sample is None or sample.order_seconds <= 0:
        return {}
    seconds = dict(sample.waiting_seconds)
    if wait_seconds is not None and execution_seconds is not None:
        held = sample.activity_attempts * (wait_seconds + execution_seconds)
        seconds[UNHELD_ACTIVITIES] = sample.activity_open_seconds - held
    found = {what: each / sample.order_seconds for what, each in seconds.items()}
    return {
        what: found[what]
        for what in sorted(found, key=lambda what: -found[what])
        if found[what] >= _LEAST_RATIO
    }
