"""
How far a step usually lies from what the other steps of its run predict, the interval in which one more value would lie,
and how sure an answer of many rows is.

The few steps of one run tell their own scatter badly, and sometimes show too little of it by luck, so the scatter of
other runs is used as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest.analysis.estimators.intervals import t_factor
from loadtest.plural import counted, plural
from loadtest.results.sweep_result import Interval

# Probability with which all rows of an answer hold at the same time.
CONFIDENCE = 0.95
# Seven quantities and the replicas; each row must hold more often, so that all of them together hold as often as
# stated.
ROWS = 8
ROW_CONFIDENCE = 1 - (1 - CONFIDENCE) / ROWS


@dataclass(frozen=True, slots=True)
class Scatter:
    """
    How far a step lies from its run's line or mean.

    Attributes:
        ratio: Standard deviation, as a share of the value.
        freedom: Degrees of freedom of this estimate.
    """

    ratio: float
    freedom: float


# Pooled over the fits of four recorded sweeps with 27 steps. Machines and loads differ, so the four count only as much
# as one of them. docs/size.md shows the numbers, and a test compares these with the recorded steps.
USUAL_SCATTER: Mapping[str, Scatter] = {
    "slots in use": Scatter(0.0210, 5.75),
    "worker cores": Scatter(0.0510, 4.75),
    "server cores": Scatter(0.0833, 4.75),
    "worker memory": Scatter(0.0259, 5.75),
    "database requests": Scatter(0.1299, 4.75),
}

# Scatter that a machine adds to the throughput of one step and not of the next, beside the luck of the work's draws: from
# 32 recorded steps of four settings, each repeated eight times; a test compares it with them.
MACHINE_SCATTER = Scatter(0.0139, 28)


@dataclass(frozen=True, slots=True)
class Sureness:
    """
    What the width of a row's interval rests on beside the run.

    Attributes:
        usual: Scatter of other runs, by name of the quantity.
        confidence: Probability with which one row holds, whatever the other rows do.
    """

    usual: Mapping[str, Scatter]
    confidence: float


STATED = Sureness(USUAL_SCATTER, ROW_CONFIDENCE)


def with_usual(own: Scatter, usual: Scatter | None) -> Scatter:
    """
    Return a run's own scatter combined with the usual one: never less than the run's own.

    Args:
        own: Scatter of the run's steps.
        usual: Scatter of other runs; ``None`` where only the run itself tells the scatter of a step.
    """
    if usual is None:
        return own
    both = pooled([own, usual])
    return Scatter(max(own.ratio, both.ratio), both.freedom)


def pooled(found: Sequence[Scatter], count_as: float = 1) -> Scatter:
    """
    Return the pooled scatter of several; its degrees of freedom are their sum divided by *count_as*.
    """
    freedom = math.fsum(one.freedom for one in found)
    squares = math.fsum(one.freedom * one.ratio**2 for one in found)
    return Scatter(math.sqrt(squares / freedom), freedom / count_as)


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
    Return the mean of values and the interval that would hold one more of them, or why there is none.

    Args:
        values: Values, at least three, none below zero.
        usual: Scatter of such values in other runs.
        luck_ratio: Standard deviation that a value's own draws give it, as a share of the value: values that share
            their draws show less of this spread than one more value with new draws has.
        confidence: Probability with which the interval holds the next value.
    """
    n = len(values)
    if n < FEWEST_VALUES:
        return f"{counted(n, 'step')} {plural(n, 'tells', 'tell')} it, and {FEWEST_VALUES} are needed"
    mean = math.fsum(values) / n
    scatter = with_usual(scatter_of(values), usual)
    spread = mean * max(scatter.ratio, luck_ratio)
    half = t_factor(scatter.freedom, confidence) * spread * math.sqrt(1 + 1 / n)
    return Interval(mean, max(0.0, mean - half), mean + half)
