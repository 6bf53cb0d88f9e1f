"""
The throughput of replica counts that were not measured, from the law fitted to those that were.

The interval shows how good an answer is: few counts do not tell the law's bend, so their interval is wide.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loadtest.analysis.estimators.usl import Usl, least_squares
from loadtest.analysis.estimators.usual_scatter import MACHINE_SCATTER, STATED, Scatter, with_usual
from loadtest.results.sweep_result import Interval

_RESAMPLES = 2000
_COUNTS_FOR_COHERENCY = 3


@dataclass(frozen=True, slots=True, eq=False)
class Extrapolation:
    """
    Throughput against replicas, with the fits of resampled steps for the intervals.

    Attributes:
        counts: Replica counts that were measured, rising.
        curve: Best fit.
        laws: Fits of resampled steps, a row each: throughput of one replica, contention, coherency.
        scatter: Scatter of a step's throughput around the curve.
    """

    counts: tuple[int, ...]
    curve: Usl
    laws: NDArray[np.float64]
    scatter: Scatter

    def throughput_at(self, replicas: int, confidence: float = STATED.confidence) -> Interval:
        """
        Return the orders per second of one more saturate step, with the interval that would hold it with that
        confidence.
        """
        found = self._throughputs(replicas)
        value = self.curve.throughput_at(replicas)
        outside = 50 * (1 - confidence)
        low, high = np.percentile(found, [outside, 100 - outside])
        return Interval(value, min(value, float(low)), max(value, float(high)))

    def _throughputs(self, replicas: int) -> NDArray[np.float64]:
        n, laws = float(replicas), self.laws
        of_law = laws[:, 0] * n / (1 + laws[:, 1] * (n - 1) + laws[:, 2] * n * (n - 1))
        luck = np.random.default_rng((replicas, 5)).standard_t(self.scatter.freedom, len(laws))
        return np.asarray(of_law * (1 + self.scatter.ratio * luck))

    @property
    def contention(self) -> Interval:
        """
        Sigma of the law with its interval.
        """
        low, high = np.percentile(self.laws[:, 1], [2.5, 97.5])
        return Interval(self.curve.contention, float(low), float(high))

    @property
    def coherency(self) -> Interval:
        """
        Kappa of the law with its interval.
        """
        low, high = np.percentile(self.laws[:, 2], [2.5, 97.5])
        return Interval(self.curve.coherency, float(low), float(high))


def fit_extrapolation(points: Sequence[tuple[int, float]], spread_ratio: float, seed: int) -> Extrapolation:
    """
    Fit the law to the throughput of the counts that were measured.

    One count says nothing of what replicas cost each other: its best fit is a straight line, and the interval of any other
    count reaches from that line to no growth at all.  Two tell what their replicas cost each other, and not whether it is
    contention or coherency; three and more tell both.  Coherency, which alone makes throughput fall, is in the best fit only
    if its interval lies above zero; it is in the interval of every answer all the same.

    Args:
        points: Replicas and orders per second of each valid saturate step; at least one.
        spread_ratio: Spread that the draws of the work alone give a step's throughput; the fit's own spread is used if
            larger.
        seed: Seed of the resampling.
    """
    open_parameters = min(len({count for count, _ in points}), _COUNTS_FOR_COHERENCY)
    whole = _extrapolation(points, open_parameters, open_parameters, spread_ratio, seed)
    if open_parameters < _COUNTS_FOR_COHERENCY or (whole.coherency.low or 0.0) > 0:
        return whole
    return _extrapolation(points, open_parameters - 1, open_parameters, spread_ratio, seed)


def _extrapolation(
    points: Sequence[tuple[int, float]],
    parameters: int,
    open_parameters: int,
    spread_ratio: float,
    seed: int,
) -> Extrapolation:
    """
    Fit with so many free parameters, and resample with all that the measured counts leave open.
    """
    counts = tuple(sorted({count for count, _ in points}))
    n = np.array([float(count) for count, _ in points])
    x = np.array([value for _, value in points])
    rate_of_one, contention, coherency = _fits(n, x[None, :], parameters)[0]
    curve = Usl(float(rate_of_one), float(contention), float(coherency))
    scatter = Scatter(math.hypot(spread_ratio, MACHINE_SCATTER.ratio), MACHINE_SCATTER.freedom)
    freedom = len(x) - parameters
    expected = np.array([curve.throughput_at(count) for count in n])
    if freedom > 0:
        own = math.sqrt(float(np.sum((x / expected - 1) ** 2)) / freedom)
        scatter = with_usual(Scatter(own, freedom), scatter)
    chance = np.random.default_rng(seed).standard_t(scatter.freedom, (_RESAMPLES, len(n)))
    samples = expected * np.maximum(0.1, 1 + scatter.ratio * chance)
    if len(counts) == _COUNTS_FOR_COHERENCY - 1:
        found = _with_either(n, samples)
    else:
        found = _fits(n, samples, open_parameters)
    if len(counts) == 1:
        found = _with_any_contention(found, counts[0])
    return Extrapolation(counts, curve, found, scatter)


def _with_either(n: NDArray[np.float64], samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return laws of two counts, half of them with contention alone and half with coherency alone: two points fit either.
    """
    half = len(samples) // 2
    return np.concatenate([_fits(n, samples[:half], 2), _fits(n, samples[half:], 3, first=2)])


def _with_any_contention(laws: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """
    Return straight lines through one count as laws of no contention and of nothing else, that go through the same count.
    """
    contention = np.arange(len(laws)) % 2.0
    bent = laws.copy()
    bent[:, 0] *= 1 + contention * (count - 1)
    bent[:, 1] = contention
    return bent


def _fits(
    n: NDArray[np.float64], samples: NDArray[np.float64], parameters: int, first: int = 1
) -> NDArray[np.float64]:
    """
    Fit the law to each row of samples by non-negative least squares on relative residuals.

    With at most three columns every set of them can be tried, for all rows at once.

    Args:
        n: Replicas.
        samples: Throughputs at them, a row for each fit.
        parameters: The law's first so many are free.
        first: But none before this one, other than the rate of one.

    Returns:
        Throughput of one replica, contention and coherency, a row for each sample.
    """
    each = samples / n
    columns = [each, each * (n - 1), each * (n * (n - 1))]
    wanted = np.ones_like(samples)
    best = np.full(len(samples), np.inf)
    laws = np.zeros((len(samples), 3))
    for more in itertools.chain.from_iterable(
        itertools.combinations(range(first, parameters), size) for size in range(parameters)
    ):
        solved, left = least_squares([columns[column] for column in (0, *more)], wanted)
        better = (solved >= 0).all(axis=1) & (solved[:, 0] > 0) & (left < best)
        best[better] = left[better]
        laws[better] = 0.0
        laws[better, 0] = 1 / solved[better, 0]
        for index, column in enumerate(more, start=1):
            laws[better, column] = solved[better, index] / solved[better, 0]
    return laws
