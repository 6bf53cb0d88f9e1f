"""
Where one more value of the same kind would lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from loadtest.analysis.intervals import t_factor
from loadtest.analysis.usual_scatter import STATED, Scatter, with_usual
from loadtest.plural import counted, plural
from loadtest.results.sweep_result import Interval

FEWEST_VALUES = 3


def scatter_of(values: Sequence[float]) -> Scatter:
    """
    Return how far values of the same kind lie from their mean, as a share of it.
    """
    n = len(values)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Scatter(math.sqrt(variance) / mean if mean else 0.0, n - 1)


def next_value(
    values: Sequence[float],
    usual: Scatter | None = None,
    luck_ratio: float = 0.0,
    confidence: float = STATED.confidence,
) -> Interval | str:
    """
    Return the mean of values and the interval in which one more of them would lie, or why there is none.

    Args:
        values: At least three, not below zero.
        usual: Scatter of such values in other runs.
        luck_ratio: Standard deviation that a value's own draws make, as a share: values that share their draws show
            less of it than one more value with draws of its own has.
        confidence: How often the next one lies there.
    """
    n = len(values)
    if n < FEWEST_VALUES:
        return f"{counted(n, 'step')} {plural(n, 'tells', 'tell')} it, and {FEWEST_VALUES} are needed"
    mean = math.fsum(values) / n
    scatter = with_usual(scatter_of(values), usual)
    spread = mean * max(scatter.ratio, luck_ratio)
    half = t_factor(scatter.freedom, confidence) * spread * math.sqrt(1 + 1 / n)
    return Interval(mean, max(0.0, mean - half), mean + half)
