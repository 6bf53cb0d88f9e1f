"""
How long an activity works, as a distribution to draw from, and which one a plan's own orders are drawn from; the caller
makes the draws of a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from loadtest.plan import Plan

Draws = NDArray[np.float64]


class WorkDistribution(Protocol):
    """
    The work of an activity in seconds.
    """

    def __hash__(self) -> int: ...

    @property
    def mean(self) -> float:
        """
        Mean of the distribution, in seconds.
        """
        ...

    @property
    def cv(self) -> float:
        """
        Standard deviation over mean.
        """
        ...

    def draw(self, seed: int, orders: int, activities: int) -> Draws:
        """
        Draw an array of orders x activities, in seconds.
        """
        ...


@dataclass(frozen=True, slots=True)
class UniformWork:
    """
    Evenly spread around the mean by a ratio; a ratio of 0 is constant work.
    """

    mean: float
    spread_ratio: float = 0.0

    @property
    def cv(self) -> float:
        """
        Standard deviation over mean.
        """
        return self.spread_ratio / math.sqrt(3)

    def draw(self, seed: int, orders: int, activities: int) -> Draws:
        """
        Draw an array of orders x activities, in seconds.
        """
        chance = np.random.default_rng(seed).random((orders, activities))
        return self.mean * (1 + self.spread_ratio * (2 * chance - 1))


@dataclass(frozen=True, slots=True)
class ExponentialWork:
    """
    Work whose seconds are exponential, with a known mean.
    """

    mean: float

    @property
    def cv(self) -> float:
        """
        Standard deviation over mean.
        """
        return 1.0

    def draw(self, seed: int, orders: int, activities: int) -> Draws:
        """
        Draw an array of orders x activities, in seconds.
        """
        return np.random.default_rng(seed).exponential(self.mean, (orders, activities))


@dataclass(frozen=True, slots=True)
class HistogramWork:
    """
    Work as a histogram of execution times shows it, evenly spread within each bucket.

    Attributes:
        bounds: Upper bounds of the buckets in seconds, rising and finite; the first begins at 0.
        counts: Number of activities in each bucket.
        total_seconds: Exact sum of all times; the draws are scaled to its mean.
    """

    bounds: tuple[float, ...]
    counts: tuple[float, ...]
    total_seconds: float

    def __post_init__(self) -> None:
        if len(self.bounds) != len(self.counts) or not self.counts or sum(self.counts) <= 0:
            raise ValueError("a histogram needs a count for each bound, and at least one activity")

    @property
    def mean(self) -> float:
        """
        Mean in seconds.
        """
        return self.total_seconds / sum(self.counts)

    @property
    def cv(self) -> float:
        """
        Standard deviation over mean, from the buckets.
        """
        mean = self._middle_mean()
        lows, total = (0.0, *self.bounds[:-1]), sum(self.counts)
        squares = (
            count * (low * low + low * high + high * high) / 3
            for low, high, count in zip(lows, self.bounds, self.counts, strict=True)
        )
        return math.sqrt(max(0.0, math.fsum(squares) / total - mean * mean)) / mean

    def draw(self, seed: int, orders: int, activities: int) -> Draws:
        """
        Draw an array of orders x activities, in seconds.
        """
        chance = np.random.default_rng(seed)
        highs = np.array(self.bounds)
        lows = np.concatenate(([0.0], highs[:-1]))
        shares = np.array(self.counts) / sum(self.counts)
        bucket = chance.choice(len(highs), size=(orders, activities), p=shares)
        drawn = lows[bucket] + chance.random((orders, activities)) * (highs - lows)[bucket]
        return np.asarray(drawn * (self.mean / self._middle_mean()))

    def _middle_mean(self) -> float:
        lows = (0.0, *self.bounds[:-1])
        halves = (
            count * (low + high) / 2 for low, high, count in zip(lows, self.bounds, self.counts, strict=True)
        )
        return math.fsum(halves) / sum(self.counts)


# The scenario whose orders draw from the plan's [work].
OWN_ORDERS = "repair"


def known_work(plan: Plan) -> WorkDistribution | None:
    """
    Return the distribution from which an activity's seconds are drawn; ``None`` where the plan does not make the draws.
    """
    given = plan.work
    if plan.scenario != OWN_ORDERS or given.seconds <= 0 or given.cpu_seconds:
        return None
    if given.spread == "exponential":
        return ExponentialWork(given.seconds)
    return UniformWork(given.seconds, given.spread_ratio if given.spread == "uniform" else 0.0)


def knows_orders(plan: Plan) -> bool:
    """
    Tell whether the model holds how the times of the plan's orders differ, and not their mean alone.

    Of orders that are not the kit's it knows neither timers and children nor that one takes long in all of its activities, and
    of those that are retried or done again not how many stages they have.
    """
    given = plan.work
    return known_work(plan) is not None and not given.failure_probability and not given.rework_probability
