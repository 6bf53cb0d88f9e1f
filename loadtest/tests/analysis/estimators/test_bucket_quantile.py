"""
A histogram's mean is exact and its quantiles lie in the bucket of the true sample.
"""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.analysis.estimators.bucket_quantile import bucket, mean, quantile
from loadtest.results.metric_difference import Histogram

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.1, 1.0, 10.0, math.inf)


def histogram_of(samples: list[float], bounds: tuple[float, ...] = BOUNDS) -> Histogram:
    counts = [0] * len(bounds)
    for sample in samples:
        counts[bisect_left(bounds, sample)] += 1
    return Histogram(bounds, tuple(counts), math.fsum(samples))


@given(
    samples=st.lists(st.floats(min_value=1e-4, max_value=50, allow_nan=False), min_size=1, max_size=300),
    q=st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.875, 1.0]),
)
def test_the_true_sample_lies_in_the_stated_bucket(samples: list[float], q: float) -> None:
    """The bucket that is stated as resolution holds numpy's quantile of the raw samples."""
    truth = float(np.quantile(samples, q, method="inverted_cdf"))

    low, high = bucket(histogram_of(samples), q)
    value = quantile(histogram_of(samples), q)

    assert low < truth <= high
    assert low <= value <= high


@given(samples=st.lists(st.floats(min_value=1e-4, max_value=9, allow_nan=False), min_size=1, max_size=200))
def test_quantiles_never_fall(samples: list[float]) -> None:
    """A higher quantile is never a smaller value."""
    h = histogram_of(samples)

    values = [quantile(h, q / 20) for q in range(21)]

    assert values == sorted(values)


def test_p95_of_a_known_distribution_within_a_fine_bucket() -> None:
    """With bounds 1.2 apart, p50, p95 and p99 of 20,000 exponential samples are within 20 % of numpy's."""
    samples = np.random.default_rng(1).exponential(0.2, 20_000).tolist()
    bounds = (*(0.001 * 1.2**i for i in range(62)), math.inf)
    h = histogram_of(samples, bounds)

    for q in (0.5, 0.95, 0.99):
        assert quantile(h, q) == pytest.approx(float(np.quantile(samples, q)), rel=0.2)
    assert mean(h) == pytest.approx(float(np.mean(samples)))


@pytest.mark.parametrize(
    ("counts", "q", "value"),
    [
        pytest.param((10, 0, 0, 0), 0.5, 0.5, id="halfway through the first bucket"),
        pytest.param((0, 10, 0, 0), 0.5, 1.5, id="starts at the lower edge"),
        pytest.param((5, 5, 0, 0), 0.5, 1.0, id="at an edge"),
        pytest.param((5, 0, 5, 0), 0.75, 3.0, id="skips an empty bucket"),
        pytest.param((1, 0, 0, 9), 0.95, 4.0, id="beyond the last bound gives that bound"),
    ],
)
def test_interpolation(counts: tuple[int, ...], q: float, value: float) -> None:
    """The value lies on the straight line between its bucket's edges."""
    h = Histogram((1.0, 2.0, 4.0, math.inf), counts, 0.0)

    assert quantile(h, q) == pytest.approx(value)


def test_beyond_the_last_bound_is_told() -> None:
    """A quantile that no bucket bounds is seen by its infinite edge."""
    h = Histogram((1.0, math.inf), (1, 9), 100.0)

    assert bucket(h, 0.95) == (1.0, math.inf)


@pytest.mark.parametrize("q", [-0.1, 1.1, math.nan])
def test_no_share_is_refused(q: float) -> None:
    """A quantile outside 0..1 is an error of the caller."""
    with pytest.raises(ValueError, match="a quantile is a share"):
        quantile(Histogram((1.0, math.inf), (1, 0), 0.5), q)


@pytest.mark.parametrize("ask", [mean, lambda h: quantile(h, 0.5), lambda h: bucket(h, 0.5)])
def test_no_samples_no_answer(ask) -> None:  # type: ignore[no-untyped-def]
    """Without samples there is an error, never a zero."""
    with pytest.raises(ValueError, match="without samples"):
        ask(Histogram((1.0, math.inf), (0, 0), 0.0))
