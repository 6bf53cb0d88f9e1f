"""
The Universal Scalability Law: one formula, and the curve that fits best.

A bootstrap has thousands of least-squares problems of two or three unknowns. LAPACK solves one after the other, which
takes most of the time; here all problems go through each step together.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loadtest.analysis.estimators.intervals import t_factor
from loadtest.errors import TooFewStepsError

FEWEST_COUNTS = 4
RESAMPLES = 1000
NORMAL_95 = 1.959964


@dataclass(frozen=True, slots=True)
class Usl:
    """
    A fitted Universal Scalability Law.

    Attributes:
        rate_of_one: λ, throughput of one replica, in workflows per second.
        contention: σ >= 0; the serial share of the work.
        coherency:
            κ >= 0; the cost of replicas keeping each other up to date.  Throughput falls past
            the peak only if it is not zero.
    """

    rate_of_one: float
    contention: float
    coherency: float

    def throughput_at(self, replicas: float) -> float:
        """
        Return the throughput that the law predicts.

        Args:
            replicas: Number of replicas, at least 1; fractions are allowed, for plotting.

        Returns:
            Workflows per second at steady state.

        Raises:
            ValueError: *replicas* is below 1, where the law does not hold.

        Source:
            Schwartz, *Practical Scalability Analysis with the Universal Scalability Law*, equation 3.

        >>> book = Usl(rate_of_one=995.6486, contention=0.02671591, coherency=7.690945e-4)
        >>> round(book.throughput_at(book.peak_replicas), 1)
        12341.8
        """
        if replicas < 1:
            raise ValueError(f"replicas is {replicas:g}, but the law starts at 1 replica")
        n = replicas
        return self.rate_of_one * n / (1 + self.contention * (n - 1) + self.coherency * n * (n - 1))

    @property
    def peak_replicas(self) -> int | None:
        """
        The whole number of replicas at which throughput is highest, or ``None`` if it never falls.

        One replica more still pays as long as n(n+1) <= (1 - σ) / κ.
        """
        if self.coherency == 0:
            return None
        turn = max(0.0, 1 - self.contention) / self.coherency
        peak = max(1, math.floor((math.sqrt(1 + 4 * turn) - 1) / 2))
        while peak * (peak + 1) <= turn:
            peak += 1
        return peak


def fit_usl(points: Sequence[tuple[int, float]], weights: Sequence[float] | None = None) -> Usl:
    """
    Fit a Universal Scalability Law curve to (replicas, throughput) points.

    The law is linear in 1/λ, σ/λ and κ/λ once turned upside down, so this is one
    non-negative least-squares solve.  Residuals are relative: being 5 % off
    counts the same at 1 replica as at 32.

    Args:
        points:
            Replica count and workflows per second, one per saturated, valid step.
        weights:
            How much each point's relative residual counts; all the same by default.

    Returns:
        The fitted curve; contention and coherency are never negative.

    Raises:
        TooFewStepsError: Fewer than four distinct replica counts.
        ValueError: A throughput that is not above zero.

    Source:
        Schwartz, *Practical Scalability Analysis with the Universal
        Scalability Law*, equation 3.
    """
    counts = sorted({count for count, _ in points})
    if len(counts) < FEWEST_COUNTS:
        known = ", ".join(map(str, counts)) or "none"
        raise TooFewStepsError(
            f"a fit of three parameters needs {FEWEST_COUNTS} replica counts or more, and has {known}; "
            "plan more counts, such as [1, 2, 3, 4, 6, 8]"
        )
    x = np.array([[throughput for _, throughput in points]])
    return _fits(np.array([float(count) for count, _ in points]), x, weights)[0]


def _fits(
    n: NDArray[np.float64], x: NDArray[np.float64], weights: Sequence[float] | None = None
) -> list[Usl]:
    """
    Return a curve for each row of throughputs at the same replica counts.
    """
    if np.any(x <= 0):
        raise ValueError("a throughput of zero has no place on the curve")
    weight = np.ones_like(n) if weights is None else np.asarray(weights, dtype=float)
    weight = weight / weight.max()
    terms = np.column_stack([np.ones_like(n), n - 1, n * (n - 1)]) * (weight / n)[:, None]
    found = _non_negative_least_squares(terms * x[..., None], np.broadcast_to(weight, x.shape))
    return [
        Usl(float(1 / inverse), float(contention / inverse), float(coherency / inverse))
        if inverse > 0
        # Growth is faster than linear from the first count on: the law's best answer is a straight line.
        else Usl(float(np.mean(row / n)), 0.0, 0.0)
        for row, (inverse, contention, coherency) in zip(x, found, strict=True)
    ]


def _non_negative_least_squares(
    rows: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Solve many small non-negative least-squares problems at once.

    The unknowns that are above zero in the best answer solve the plain least-squares problem of these unknowns alone.
    So the best answer is the best one, without a negative part, of the answers for every choice of unknowns.

    Args:
        rows: Factors of the unknowns, shape (problems, equations, unknowns).
        wanted: Right-hand side of each equation, shape (problems, equations).

    Returns:
        The unknowns of each problem, shape (problems, unknowns).
    """
    unknowns = rows.shape[-1]
    columns = [rows[..., unknown] for unknown in range(unknowns)]
    best = np.zeros((len(rows), unknowns))
    least = np.sum(wanted**2, axis=-1)
    for size in range(1, unknowns + 1):
        for chosen in map(list, itertools.combinations(range(unknowns), size)):
            answer, left = least_squares([columns[unknown] for unknown in chosen], wanted)
            better = np.all(answer >= 0, axis=-1) & (left < least)
            least = np.where(better, left, least)
            best[better] = 0.0
            best[np.ix_(better, chosen)] = answer[better]
    return best


def worst_residual(curve: Usl, points: Sequence[tuple[int, float]]) -> float:
    """
    Return the largest distance of a point from the curve, as a share of the curve.
    """
    return max(abs(x / curve.throughput_at(n) - 1) for n, x in points)


def bootstrap(
    repetitions: Mapping[int, Sequence[float]], seed: int, resamples: int = RESAMPLES
) -> list[Usl] | None:
    """
    Refit on resampled repetitions.

    The relative distances of the repetitions from the mean of their count are drawn from those of all counts together,
    as the three repetitions of one count tell too little of their spread.

    Args:
        repetitions: Replica count -> throughput of each repetition.
        seed: Seed of the draws.
        resamples: Number of curves.

    Returns:
        The curves, or ``None`` if some count has fewer than two repetitions.
    """
    if any(len(values) < 2 for values in repetitions.values()):
        return None
    draw = np.random.default_rng(seed)
    counts = sorted(repetitions)
    means = {count: float(np.mean(repetitions[count])) for count in counts}
    residuals = np.concatenate(
        [
            (np.asarray(repetitions[count]) / means[count] - 1)
            * np.sqrt(len(repetitions[count]) / (len(repetitions[count]) - 1))
            for count in counts
        ]
    )
    # So few residuals tell their own spread badly: widen them as Student's t widens the normal.
    freedom = len(residuals) - len(counts)
    residuals = residuals * (t_factor(freedom) / NORMAL_95)
    n = np.repeat([float(count) for count in counts], [len(repetitions[count]) for count in counts])
    mean = np.repeat([means[count] for count in counts], [len(repetitions[count]) for count in counts])
    return _fits(n, mean * (1 + draw.choice(residuals, size=(resamples, len(n)))))


def least_squares(
    columns: Sequence[NDArray[np.float64]], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Solve many small least-squares problems at once, by Gram and Schmidt's modified orthogonalization.

    Args:
        columns: Factors of each unknown, each of shape (problems, equations).
        wanted: Right-hand side of each equation, shape (problems, equations).

    Returns:
        The unknowns of each problem, shape (problems, unknowns), and its sum of squared residuals.
    """
    # The equations are the first axis, so that sums run over all problems side by side.
    remaining, left = [np.ascontiguousarray(column.T) for column in columns], wanted.T
    triangle: list[tuple[NDArray[np.float64], list[NDArray[np.float64]], NDArray[np.float64]]] = []
    for place, column in enumerate(remaining):
        length = np.sqrt(_products(column, column))
        unit = column / length
        above = []
        for later in range(place + 1, len(remaining)):
            above.append(_products(unit, remaining[later]))
            remaining[later] = remaining[later] - above[-1] * unit
        part = _products(unit, left)
        left = left - part * unit
        triangle.append((length, above, part))
    answers: list[NDArray[np.float64]] = []
    for length, above, part in reversed(triangle):
        for factor, answer in zip(above, answers, strict=True):
            part = part - factor * answer
        answers.insert(0, part / length)
    return np.stack(answers, axis=-1), _products(left, left)


def _products(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sum(one * other, axis=0))
