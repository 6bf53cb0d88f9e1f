"""
How sure a mean or a share is: 95 % intervals from repetitions or from batches of one window, and from the number of late
ones among those counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from loadtest.results.estimate import Estimate

CONFIDENCE = 0.95
# Batches must be long compared with a task, so that neighbours hardly depend on each other.
BATCH_SECONDS = 3.0
FEWEST_BATCHES = 3
MOST_BATCHES = 10


def t_factor(degrees: float, confidence: float = CONFIDENCE) -> float:
    """
    Return Student's t for a two-sided interval, of 95 % by default.
    """
    return float(special.stdtrit(degrees, 0.5 + confidence / 2))


def mean_of(values: Sequence[float], of: str) -> Estimate:
    """
    Return the mean of independent values with its interval.

    Args:
        values: Independent values, one per repetition or batch.
        of: What the values are, such as ``repetitions``.

    Returns:
        No value for fewer than two: one number alone tells nothing of its error.
    """
    n = len(values)
    if n < 2:
        return Estimate(None, None, n, of)
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    return Estimate(mean, t_factor(n - 1) * math.sqrt(variance / n), n, of)


def batch_rates(points: Sequence[tuple[float, float]], start: float, end: float) -> list[float]:
    """
    Cut a window into equal batches and return the rate of a running total in each.

    Args:
        points: Time and running total so far, times increasing; between two points the total is taken to grow evenly.
        start, end: Start and end of the window.

    Returns:
        The rate of each batch; none if the points leave more than a third of a batch uncovered at an end of the window,
        or if the window is too short for three batches.
    """
    batches = min(MOST_BATCHES, int((end - start) / BATCH_SECONDS))
    if batches < FEWEST_BATCHES:
        batches = FEWEST_BATCHES if end - start >= FEWEST_BATCHES else 0
    inside = [point for point in points if start - 1.5 <= point[0] <= end + 1.5]
    if not batches or len(inside) < batches + 1:
        return []
    times = [time for time, _ in inside]
    slack = (end - start) / batches / 3
    if times[0] > start + slack or times[-1] < end - slack:
        return []
    # A total is known only between its first and its last look.
    edges = np.linspace(max(start, times[0]), min(end, times[-1]), batches + 1)
    totals = np.interp(edges, times, [total for _, total in inside])
    return [float(rate) for rate in np.diff(totals) / np.diff(edges)]


def ratio(upper: Estimate, lower: Estimate) -> Estimate:
    """
    Return the ratio of two independent means; relative errors add as squares.
    """
    n = min(upper.n, lower.n)
    if upper.value is None or lower.value is None or lower.value == 0:
        return Estimate(None, None, n, upper.of)
    value = upper.value / lower.value
    if upper.half_width is None or lower.half_width is None or upper.value == 0:
        return Estimate(None, None, n, upper.of)
    relative = math.hypot(upper.half_width / upper.value, lower.half_width / lower.value)
    return Estimate(value, value * relative, n, upper.of)


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """
    Return an estimate in another unit.
    """
    if estimate.value is None or estimate.half_width is None:
        return estimate
    return Estimate(estimate.value * factor, estimate.half_width * abs(factor), estimate.n, estimate.of)


def slope(points: Sequence[tuple[float, float]], of: str) -> Estimate:
    """
    Return the slope of a straight line through points, with its interval.

    Args:
        points: Pairs of time and value.
        of: What each point is.

    Returns:
        No value for fewer than five points.
    """
    n = len(points)
    if n < 5:
        return Estimate(None, None, n, of)
    times = np.array([time for time, _ in points])
    values = np.array([value for _, value in points])
    spread = float(np.sum((times - times.mean()) ** 2))
    if spread == 0:
        return Estimate(None, None, n, of)
    gradient = float(np.sum((times - times.mean()) * (values - values.mean()))) / spread
    residuals = values - values.mean() - gradient * (times - times.mean())
    error = math.sqrt(float(np.sum(residuals**2)) / (n - 2) / spread)
    return Estimate(gradient, t_factor(n - 2) * error, n, of)


def share_ends(late: float, counted: float, together: float = 1.0) -> tuple[float, float]:
    """
    Return the lower and the upper 95 % end of a share, each one-sided.

    Args:
        late: Number of tasks or orders that were late, or failed.
        counted: Number of tasks or orders counted.
        together: Number of them that count as one event, as waits come in bursts; 1 for independent ones.

    Returns:
        0 and 1 where nothing was counted.

    Source:
        Clopper and Pearson, *The use of confidence or fiducial limits*, on ``counted / together`` samples.
    """
    if counted <= 0:
        return 0.0, 1.0
    hits, samples = late / together, counted / together
    low = float(special.betaincinv(hits, samples - hits + 1, 1 - CONFIDENCE)) if hits > 0 else 0.0
    high = float(special.betaincinv(hits + 1, samples - hits, CONFIDENCE)) if hits < samples else 1.0
    return low, high


def samples_to_keep(share: float, together: float = 1.0, late: int = 0) -> int:
    """
    Return how many must be counted, with so many late ones among them, to bring the upper end below a share above 0.
    """
    samples = 1
    while share_ends(late, samples, 1.0)[1] > share:
        samples += max(1, samples // 50)
    return round(samples * together)
