"""
What "late" means: the bound of an SLO, and the times at which simulated tasks broke it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from loadtest.analysis.twin.simulated_queue import Observed, Times


class Measure(StrEnum):
    """
    Which time is bounded.
    """

    WAIT = "wait of a task"
    END_TO_END = "end to end of an order"


@dataclass(frozen=True, slots=True)
class SloBound:
    """
    At most a share of the tasks, or of the orders, may take longer than a number of seconds.

    Attributes:
        seconds: The bound.
        allowed_ratio: Share that may be late; 0.05 is a bound on the p95.
        measure: Which time is bounded: a task's wait in the queue, counted when it starts, or an order's time from its
            intended start, counted when it closes.
    """

    seconds: float
    allowed_ratio: float = 0.05
    measure: Measure = Measure.WAIT

    def __post_init__(self) -> None:
        if self.seconds <= 0 or not 0 < self.allowed_ratio < 0.5:
            raise ValueError(f"no bound: {self.seconds:g} s for all but {self.allowed_ratio:g}")

    def measured(self, observed: Observed) -> tuple[Times, Times]:
        """
        Return when each task started, or each order closed, and how long it took.
        """
        if self.measure is Measure.WAIT:
            return observed.started, observed.waits
        return observed.closed, observed.end_to_end

    def late_ratio(self, observed: Observed, start: float, end: float) -> float:
        """
        Return which share of the tasks or orders counted between two times was late.
        """
        times, taken = self.measured(observed)
        inside = (times >= start) & (times < end)
        return float(np.mean(taken[inside] > self.seconds)) if inside.any() else 0.0

    def late_by_second(self, observed: Observed, start: float, seconds: int) -> tuple[int, ...]:
        """
        Return how many were late in each second after a start.
        """
        times, taken = self.measured(observed)
        late = times[taken > self.seconds] - start
        counts = np.bincount(late[(late >= 0) & (late < seconds)].astype(int), minlength=seconds)
        return tuple(int(count) for count in counts)
