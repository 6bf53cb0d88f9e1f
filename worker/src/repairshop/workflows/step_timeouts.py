"""
How long a step of an order may take and be silent, for the work that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from repairshop.contract import Limits, WorkProfile

NO_WORK = WorkProfile()
# A light order's activities cost next to nothing; the rest allows for the tail of an exponential wait.
START_TO_CLOSE_SECONDS = 30.0
START_TO_CLOSE_MEANS = 20.0


@dataclass(frozen=True, slots=True)
class StepTimeouts:
    """
    The work of a step, and the timeouts that follow from it.

    Attributes:
        work: The profile; ``None`` costs nothing.
        start_to_close: Longest attempt.
        heartbeat: Longest silence of a step that takes long; ``None`` for one that does not.
    """

    work: WorkProfile | None
    start_to_close: timedelta
    heartbeat: timedelta | None

    @classmethod
    def of(cls, work: WorkProfile, limits: Limits) -> StepTimeouts:
        """
        Derive the spans from a profile, where the order does not set them.
        """
        seconds = limits.start_to_close_seconds or (
            START_TO_CLOSE_SECONDS + START_TO_CLOSE_MEANS * (work.seconds + work.cpu_seconds)
        )
        takes_long = work.seconds + work.cpu_seconds > limits.heartbeat_seconds / 2
        return cls(
            None if work == NO_WORK else work,
            timedelta(seconds=seconds),
            timedelta(seconds=limits.heartbeat_seconds) if takes_long else None,
        )
