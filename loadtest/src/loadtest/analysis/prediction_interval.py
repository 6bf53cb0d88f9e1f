"""
Where one more value of the same kind would lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loadtest.analysis.intervals import t_factor
from loadtest.results.sweep_result import Interval

FEWEST_VALUES = 3


def next_value(values: Sequence[float]) -> Interval | str:
    """
    Return the mean of values and the 95 % interval in which one more of them would lie, or why there is none.
    """
    n = len(values)
    if n < FEWEST_VALUES:
        return f"{n} steps tell it, and {FEWEST_VALUES} are needed"
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = t_factor(n - 1) * math.sqrt(variance * (1 + 1 / n))
    return Interval(mean, max(0.0, mean - half), mean + half)
