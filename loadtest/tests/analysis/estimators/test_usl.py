"""
The fit finds published and made-up truths.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loadtest.analysis.estimators.usl import Usl, bootstrap, fit_usl, worst_residual
from loadtest.errors import TooFewStepsError

# Cisco's benchmark in Schwartz's book, as usl4j's tests hold it.
CISCO = [
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7,
    9047.84, 9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806,
    12089.37, 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39,
]  # fmt: skip
POINTS = list(enumerate(CISCO, 1))
BOOK = Usl(rate_of_one=995.6486, contention=0.02671591, coherency=7.690945e-4)


def relative_error(curve: Usl, points: list[tuple[int, float]]) -> float:
    """
    The sum of squared relative residuals as the fit sees them.
    """
    return sum((x / curve.throughput_at(n) - 1) ** 2 for n, x in points)


def test_the_book_is_found_when_residuals_weigh_as_the_book_weighs_them() -> None:
    """
    The book minimises absolute residuals; with the weights that turn ours into those, ours is its answer.
    """
    # A relative residual of x / X - 1 moves as an absolute one does if it counts X^1.5 / x^0.5.
    weights = [BOOK.throughput_at(n) ** 1.5 / x**0.5 for n, x in POINTS]

    found = fit_usl(POINTS, weights)

    assert found.rate_of_one == pytest.approx(BOOK.rate_of_one, rel=1e-4)
    assert found.contention == pytest.approx(BOOK.contention, rel=1e-4)
    assert found.coherency == pytest.approx(BOOK.coherency, rel=1e-4)
    assert found.peak_replicas == 36


def test_with_relative_residuals_ours_is_nearer_to_the_points_than_the_book() -> None:
    """
    Each answer is best by its own measure, and they stay within a few percent of each other.
    """
    found = fit_usl(POINTS)

    assert relative_error(found, POINTS) < relative_error(BOOK, POINTS)
    assert worst_residual(found, POINTS) < 0.06
    assert found.rate_of_one == pytest.approx(BOOK.rate_of_one, rel=0.04)
    for n, _ in POINTS:
        assert found.throughput_at(n) == pytest.approx(BOOK.throughput_at(n), rel=0.04)


@given(st.floats(0.1, 1e4), st.floats(0, 0.5), st.floats(0, 0.01))
def test_a_curve_is_found_from_its_own_points(rate: float, contention: float, coherency: float) -> None:
    """
    Without noise the parameters come back.
    """
    truth = Usl(rate, contention, coherency)

    found = fit_usl([(n, truth.throughput_at(n)) for n in (1, 2, 3, 4, 6, 8)])

    assert found.rate_of_one == pytest.approx(rate, rel=1e-6)
    assert found.contention == pytest.approx(contention, abs=1e-6)
    assert found.coherency == pytest.approx(coherency, abs=1e-6)


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 4, 6, 8]), st.floats(0.01, 1e5)), min_size=6, max_size=30
    ).filter(lambda points: len({n for n, _ in points}) >= 4)
)
def test_no_parameter_is_ever_negative(points: list[tuple[int, float]]) -> None:
    """
    Noise may look like faster than linear; the law has no name for that, and the fit invents none.
    """
    found = fit_usl(points)

    assert found.rate_of_one > 0
    assert found.contention >= 0
    assert found.coherency >= 0


@given(st.floats(0, 0.9), st.floats(1e-4, 0.3))
def test_a_peak_is_the_whole_number_at_which_throughput_is_highest(
    contention: float, coherency: float
) -> None:
    """
    No count beside it is better: a rounded-down root is off by one for half of all curves.
    """
    curve = Usl(1.0, contention, coherency)
    peak = curve.peak_replicas

    assert peak is not None
    best = max(curve.throughput_at(n) for n in range(1, 2 * peak + 3))
    assert curve.throughput_at(peak) == pytest.approx(best, rel=1e-9)


def test_a_curve_that_never_turns_has_no_peak() -> None:
    """
    Without coherency cost throughput only grows; a system that gains nothing from a second replica peaks at one.
    """
    assert Usl(1.0, 0.1, 0.0).peak_replicas is None
    assert Usl(1.0, 0.9, 0.3).peak_replicas == 1


@pytest.mark.parametrize("counts", [[], [1, 2, 4], [1, 1, 2, 2, 4, 4]], ids=["none", "three", "three twice"])
def test_fewer_than_four_counts_are_refused_with_the_counts_to_write(counts: list[int]) -> None:
    """
    Three parameters through three points fit anything.
    """
    with pytest.raises(TooFewStepsError, match="needs 4 replica counts or more"):
        fit_usl([(n, float(n)) for n in counts])


def test_a_throughput_of_zero_is_refused() -> None:
    """
    A step that completed nothing is not on the curve.
    """
    with pytest.raises(ValueError, match="zero"):
        fit_usl([(1, 1.0), (2, 0.0), (3, 2.5), (4, 3.0)])


def test_the_law_starts_at_one_replica() -> None:
    """
    Below one it means nothing.
    """
    with pytest.raises(ValueError, match="starts at 1"):
        BOOK.throughput_at(0.5)


def test_the_bootstraps_intervals_hold_the_truth_about_as_often_as_they_claim() -> None:
    """
    Of 100 sweeps of six counts and three noisy repetitions, 95 % intervals hold λ, σ and κ in 88 or more.
    """
    draw = random.Random(3)
    truth = Usl(2.2, 0.03, 0.001)
    hits = dict.fromkeys(("rate_of_one", "contention", "coherency"), 0)
    for seed in range(100):
        repetitions = {
            n: [truth.throughput_at(n) * draw.gauss(1, 0.01) for _ in range(3)] for n in (1, 2, 3, 4, 6, 8)
        }
        curves = bootstrap(repetitions, seed, resamples=200)
        assert curves is not None
        for name in hits:
            values = sorted(getattr(curve, name) for curve in curves)
            hits[name] += values[4] <= getattr(truth, name) <= values[-5]

    assert min(hits.values()) >= 88, hits


def test_the_bootstrap_is_repeatable() -> None:
    """
    A report made again from the same files holds the same intervals.
    """
    repetitions = {n: [float(n), 1.02 * n] for n in (1, 2, 3, 4)}

    assert bootstrap(repetitions, seed=1, resamples=20) == bootstrap(repetitions, seed=1, resamples=20)


def test_single_repetitions_have_no_bootstrap() -> None:
    """
    Nothing can be drawn from one.
    """
    assert bootstrap({1: [1.0, 1.1], 2: [2.0]}, seed=1) is None


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 4, 6, 8]), st.floats(0.1, 1e3)), min_size=6, max_size=30
    ).filter(lambda points: len({n for n, _ in points}) >= 4)
)
def test_no_curve_without_a_negative_parameter_is_nearer(points: list[tuple[int, float]]) -> None:
    """
    SciPy's non-negative least squares leaves as much as ours does, however wild the points are.
    """
    from scipy.optimize import nnls  # 250 modules, which each process of a run on several cores would import

    rows = np.array([[x / n, x / n * (n - 1), x * (n - 1)] for n, x in points])
    best, left = nnls(rows, np.ones(len(points)))
    assume(best[0] > 0)  # else the straight line of the mean is told

    found = fit_usl(points)

    inverse = np.array([1, found.contention, found.coherency]) / found.rate_of_one
    assert np.linalg.norm(rows @ inverse - 1) == pytest.approx(left, rel=1e-6, abs=1e-9)
