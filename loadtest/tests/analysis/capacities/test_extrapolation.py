"""
Throughput of counts that nobody measured, from a law that is known.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from loadtest.analysis.capacities.extrapolation import Extrapolation, fit_extrapolation
from loadtest.analysis.estimators.usl import Usl

SPREAD = 0.02


def points(truth: Usl, counts: tuple[int, ...], seed: int) -> list[tuple[int, float]]:
    chance = np.random.default_rng(seed)
    return [(n, truth.throughput_at(n) * (1 + SPREAD * chance.standard_normal())) for n in counts]


@cache
def grown(truth: Usl, seed: int) -> Extrapolation:
    """
    What a sweep of 1, 2, 4 and 5 replicas tells; several counts are asked of the same.
    """
    return fit_extrapolation(points(truth, (1, 2, 4, 5), seed), SPREAD, seed)


@pytest.mark.parametrize(
    "truth",
    [Usl(2.5, 0.0, 0.0), Usl(2.5, 0.03, 0.0), Usl(2.5, 0.02, 0.004)],
    ids=["linear", "contention", "coherency"],
)
@pytest.mark.parametrize("asked", [3, 6, 12], ids=["between", "beyond", "far beyond"])
def test_a_step_left_out_lies_in_its_interval(truth: Usl, asked: int) -> None:
    """
    Of 60 sweeps of 1, 2, 4 and 5 replicas at least 54 hold the throughput of a step of another count.
    """
    held = 0
    for seed in range(60):
        told = grown(truth, seed).throughput_at(asked)
        step = truth.throughput_at(asked) * (1 + SPREAD * np.random.default_rng((seed, 3)).standard_normal())
        held += bool(told.low is not None and told.high is not None and told.low <= step <= told.high)

    assert held >= 54


def test_farther_counts_are_told_wider() -> None:
    """
    The interval of a count far beyond those measured is a wider share of its value than that of one between them.
    """
    extrapolation = fit_extrapolation(points(Usl(2.5, 0.02, 0.001), (1, 2, 4), 1), SPREAD, 1)

    near, far = extrapolation.throughput_at(3), extrapolation.throughput_at(16)

    assert near.low is not None
    assert far.low is not None
    assert near.high is not None
    assert far.high is not None
    assert far.high / far.low > 2 * near.high / near.low


def test_a_fall_that_chance_explains_is_no_fall() -> None:
    """
    Noise around a straight line gives a best fit without a peak.
    """
    peaks = [
        fit_extrapolation(points(Usl(2.5, 0.0, 0.0), (1, 2, 3, 4), seed), SPREAD, seed).curve.peak_replicas
        for seed in range(40)
    ]

    assert sum(peak is not None for peak in peaks) <= 4


@pytest.mark.parametrize(
    "truth",
    [Usl(2.5, 0.0, 0.0), Usl(2.5, 0.1, 0.0), Usl(2.5, 0.5, 0.0), Usl(2.5, 0.02, 0.004)],
    ids=["linear", "contention", "much contention", "coherency"],
)
@pytest.mark.parametrize(("measured", "asked"), [(1, 2), (1, 8), (4, 2), (4, 12)])
def test_what_one_count_says_of_another_leaves_contention_open(truth: Usl, measured: int, asked: int) -> None:
    """
    A straight line alone told 8 replicas within 4 % from one that was measured.
    """
    held = 0
    for seed in range(40):
        told = fit_extrapolation(points(truth, (measured,), seed), SPREAD, seed).throughput_at(asked)
        assert told.low is not None and told.high is not None
        held += told.low <= truth.throughput_at(asked) <= told.high

    assert held >= 37


@pytest.mark.parametrize(
    "truth", [Usl(2.5, 0.05, 0.0), Usl(2.5, 0.02, 0.005)], ids=["contention", "coherency"]
)
def test_two_counts_do_not_tell_contention_from_coherency(truth: Usl) -> None:
    """
    From 1 and 4 replicas a law of contention alone told 16 within a fifth, and never held one that has coherency.
    """
    held = 0
    for seed in range(40):
        told = fit_extrapolation(points(truth, (1, 4), seed), SPREAD, seed).throughput_at(16)
        assert told.low is not None and told.high is not None
        held += told.low <= truth.throughput_at(16) <= told.high

    assert held >= 37


def test_one_count_is_told_as_it_was() -> None:
    """
    With a single count its own throughput is the answer at that count.
    """
    told = fit_extrapolation([(2, 5.0)], SPREAD, 1).throughput_at(2)

    assert told.value == pytest.approx(5.0)
    assert told.low is not None
    assert told.low < 5.0
