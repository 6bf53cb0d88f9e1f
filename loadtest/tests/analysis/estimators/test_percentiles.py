"""
Which percentiles are shown, and that they are the right ones.
"""

from __future__ import annotations

import math
import random

import histograms
import pytest
from hdrh.histogram import HdrHistogram

from loadtest.analysis.estimators.percentiles import (
    is_borne,
    largest,
    late_of_hdr,
    mean_of_hdr,
    of_buckets,
    of_hdr,
    raw_percentile,
    samples_wanted,
)
from loadtest.results import hdr
from loadtest.results.metric_difference import Histogram


@pytest.mark.parametrize(
    ("percent", "samples", "shown"),
    [
        (50, 19, False),
        (50, 20, True),
        (95, 199, False),
        (95, 200, True),
        (99, 999, False),
        (99, 1000, True),
        (50, 0, False),
    ],
)
def test_a_percentile_is_shown_from_ten_samples_beyond_it_on(percent: int, samples: int, shown: bool) -> None:
    """
    Exactly ten samples beyond are enough, nine are not.
    """
    values = [0.01] * samples

    buckets, why_not_buckets = of_buckets(histograms.buckets(values))
    exact, why_not_hdr = of_hdr(histograms.hdr(values))

    assert is_borne(percent, samples) is shown
    assert samples_wanted(percent) <= samples or not shown
    for found, why in ((buckets, why_not_buckets), (exact, why_not_hdr)):
        assert (getattr(found, f"p{percent}") is not None) is shown
        assert (f"p{percent}" in why) is not shown
        assert found.n == samples


def test_percentiles_of_both_kinds_of_histogram_are_those_of_the_samples() -> None:
    """
    Buckets are good to their ratio of 1.2, HDR to three digits.
    """
    draw = random.Random(7)
    samples = sorted(draw.lognormvariate(-4, 1) for _ in range(5000))

    buckets, _ = of_buckets(histograms.buckets(samples))
    exact, _ = of_hdr(histograms.hdr(samples))

    for percent in (50, 95, 99):
        truth = samples[math.ceil(len(samples) * percent / 100) - 1]
        assert getattr(buckets, f"p{percent}") == pytest.approx(truth, rel=0.2)
        assert getattr(exact, f"p{percent}") == pytest.approx(truth, rel=0.002)


@pytest.mark.parametrize(
    ("bounds", "known"),
    [
        pytest.param((0.1, 0.5), False, id="an-sdks-own-begin-at-100-ms"),
        pytest.param((0.01, 0.1), False, id="ten-times-as-much"),
        pytest.param((0.02, 0.05), True, id="a-servers-2-and-5"),
        pytest.param((0.04, 0.048), True, id="the-kits"),
        pytest.param((0.001, 0.005), True, id="a-few-milliseconds"),
    ],
)
def test_a_percentile_in_a_wide_bucket_is_not_a_number(bounds: tuple[float, float], known: bool) -> None:
    """
    Half of 100 ms would be told of waits that took a twentieth of one; the bucket's edges are told instead.
    """
    counts = (300, 0, 0) if bounds[0] == 0.1 else (0, 300, 0)

    found, why = of_buckets(Histogram((*bounds, math.inf), counts, 1.0))

    assert (found.p50 is not None) is known
    assert known or (
        "no bound in between" in why["p50"]
        and f"and {bounds[0] if counts[0] else bounds[1]:g} s" in why["p50"]
    )


def test_a_percentile_beyond_the_last_bucket_is_not_a_number() -> None:
    """
    "More than 60 s" is all that is known, and it is said.
    """
    histogram = Histogram((1.0, 60.0, math.inf), (0, 0, 300), 30000.0)

    found, why = of_buckets(histogram)

    assert found.p95 is None
    assert "more than 60 s" in why["p95"]


def test_orders_of_hours_have_percentiles_and_late_ones() -> None:
    """
    A plan may wait a day for them: were an hour the longest time that injectors record, a bound of 90 minutes would be kept.
    """
    recorded = hdr.empty()
    for seconds in [60.0] * 250 + [2 * 3600.0] * 50:
        hdr.record(recorded, seconds)

    found, _ = of_hdr(hdr.encode(recorded))

    assert (found.p50, found.p95) == (pytest.approx(60.0, rel=0.002), pytest.approx(7200.0, rel=0.002))
    assert late_of_hdr(hdr.encode(recorded), 1.5 * 3600) == (300, 50)


def test_what_nobody_counted_has_a_reason() -> None:
    """
    An absent histogram is not an empty one.
    """
    for found, why in (of_buckets(None), of_hdr(None)):
        assert (found.p50, found.n) == (None, 0)
        assert set(why) == {"p50", "p95", "p99"}


def test_rules_see_a_percentile_however_few_the_samples() -> None:
    """
    Of 40 lags the p99 is the largest: too few to show, enough to judge.
    """
    encoded = histograms.hdr([0.001] * 39 + [0.5])

    assert raw_percentile(encoded, 99) == pytest.approx(0.5, rel=0.002)
    assert largest(encoded) == pytest.approx(0.5, rel=0.002)
    assert raw_percentile(histograms.hdr([]), 99) is None
    assert raw_percentile(None, 99) is None


@pytest.mark.parametrize("seed", range(10))
def test_what_is_read_is_the_histograms_own(seed: int) -> None:
    """
    Percentiles, mean and the number above a bound are read faster than the library does, to the same microsecond.
    """
    drawn = random.Random(seed)
    histogram = HdrHistogram(1, 3_600_000_000, 3)
    for _ in range(drawn.randint(1, 2000)):
        histogram.record_value(int(drawn.lognormvariate(8, 3)) + 1)
    encoded = histogram.encode().decode()

    for percent in (50, 95, 99, 100):
        assert raw_percentile(encoded, percent) == histogram.get_value_at_percentile(percent) / 1e6
    assert mean_of_hdr(encoded) == pytest.approx(histogram.get_mean_value() / 1e6, rel=1e-12)
    samples = [
        (item.value_iterated_to, item.count_added_in_this_iter_step)
        for item in histogram.get_recorded_iterator()
    ]
    for bound in (0.001, 0.05, 1.0):
        above = sum(count for value, count in samples if value > bound * 1e6)
        assert late_of_hdr(encoded, bound) == (histogram.get_total_count(), above)
