"""
What is said of scaling: a peak only where there is one, and how sure a throughput of several repetitions is.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.capacities.scaling import describe_scaling, joined_throughput
from loadtest.analysis.estimators.usl import Usl
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import UslFit

COUNTS = (1, 2, 3, 4, 6, 8)


@pytest.fixture(scope="module")
def saturated() -> StepResult:
    """
    A read saturate step, to be changed.
    """
    return read_step(synthetic_steps.step(1, "saturate"), synthetic_steps.demo_plan())


def fitted(saturated: StepResult, truth: Usl, seed: int, noise: float = 0.01) -> UslFit:
    """
    Fit three repetitions of six counts, with noise around a law.
    """
    chance = random.Random(seed)
    steps = [
        replace(
            saturated,
            replicas=count,
            repetition=repetition,
            throughput_per_second=Estimate(
                truth.throughput_at(count) * chance.gauss(1, noise), 0.1, 9, "activities"
            ),
        )
        for count in COUNTS
        for repetition in (1, 2, 3)
    ]
    fit = describe_scaling(steps, COUNTS, seed).usl
    assert fit is not None
    return fit


def test_a_system_without_a_peak_is_not_told_one(saturated: StepResult) -> None:
    """
    Of noisy sweeps without coherency cost hardly one names a peak, where the curve alone names one in half of them.
    """
    fits = [fitted(saturated, Usl(2.5, 0.03, 0.0), seed) for seed in range(6)]

    assert sum(fit.peak_replicas is not None for fit in fits) <= 1
    assert sum(fit.saying == "no downturn seen up to 8 replicas" for fit in fits) >= 5


def test_a_peak_within_the_measured_counts_is_told_with_its_interval(saturated: StepResult) -> None:
    """
    The truth peaks at 5 replicas, and the interval holds it in nearly every sweep.
    """
    truth = Usl(2.5, 0.05, 0.035)
    fits = [fitted(saturated, truth, seed) for seed in range(6)]

    peaks = [fit.peak_replicas for fit in fits if fit.peak_replicas is not None]
    assert truth.peak_replicas == 5
    assert len(peaks) == 6
    assert sum(peak.low <= 5 <= peak.high for peak in peaks) >= 5
    assert all("throughput is highest at" in fit.saying for fit in fits)


def of(saturated: StepResult, *values: float, half: float = 0.1) -> Estimate:
    """
    Join repetitions, each with its own half width.
    """
    return joined_throughput(
        [
            replace(saturated, throughput_per_second=Estimate(value, half, 200, "activities"))
            for value in values
        ]
    )


def test_a_second_repetition_never_makes_the_interval_wider(saturated: StepResult) -> None:
    """
    Student's factor of two values is 12.7: what the activities themselves tell is more, and halves with the square.
    """
    assert of(saturated, 2.5).half_width == pytest.approx(0.1)
    assert of(saturated, 2.45, 2.55).half_width == pytest.approx(0.1 / 2**0.5)
    assert of(saturated, 2.5, 2.5, 2.5).half_width == pytest.approx(0.1 / 3**0.5)


def test_repetitions_that_differ_by_more_than_luck_say_so(saturated: StepResult) -> None:
    """
    From three on their own spread is seen, and a larger one is believed.
    """
    assert (of(saturated, 2.0, 2.5, 3.0).half_width or 0) > 1.0


def test_two_repetitions_lie_within_their_interval(saturated: StepResult) -> None:
    """
    What each window's activities tell is not all where the machine was another one: both were measured, so neither is
    outside of what is told.
    """
    found = of(saturated, 2.0, 3.0)

    assert found.low is not None and found.high is not None
    assert found.low <= 2.0 <= 3.0 <= found.high


@pytest.mark.parametrize(
    ("throughputs", "told"),
    [
        pytest.param(
            {1: 10.0, 2: 18.0, 4: 25.0, 8: 15.0},
            "throughput falls from 4 to 8 replicas, by 40 %; how many replicas complete the most is not known",
            id="a fall",
        ),
        pytest.param(
            {1: 10.0, 2: 18.0, 4: 25.0, 8: 24.9},
            "no downturn seen up to 8 replicas",
            id="within the intervals",
        ),
        pytest.param({1: 10.0, 2: 18.0, 4: 25.0, 8: 31.0}, "no downturn seen up to 8 replicas", id="a rise"),
    ],
)
def test_a_fall_that_was_measured_is_told_without_repetitions(
    throughputs: dict[int, float], told: str, saturated: StepResult
) -> None:
    """
    Nothing tells where the peak is, and everybody sees that the larger count completes less.
    """
    steps = [
        replace(saturated, replicas=count, throughput_per_second=Estimate(x, 0.1, 200, "activities"))
        for count, x in throughputs.items()
    ]

    fit = describe_scaling(steps, tuple(throughputs), 1).usl

    assert fit is not None
    assert fit.saying == told


def test_equal_counts_are_hardly_ever_told_a_fall(saturated: StepResult) -> None:
    """
    A machine that carries no more than so much scatters by 1.4 % beside the luck of the activities, here 1 %; a step's
    interval holds both.
    """
    chance, counts = random.Random(3), (2, 4, 8, 16)
    told = 0
    for _ in range(200):
        steps = [
            replace(
                saturated,
                replicas=count,
                throughput_per_second=Estimate(10 * chance.gauss(1, 0.0174), 0.34, 200, "activities"),
            )
            for count in counts
        ]
        fit = describe_scaling(steps, counts, 1).usl
        told += fit is not None and "falls" in fit.saying

    assert told <= 10


def test_a_first_count_that_is_missing_does_not_hide_why_there_is_no_fit(saturated: StepResult) -> None:
    """
    Both are told.
    """
    steps = [replace(saturated, replicas=count) for count in (2, 4)]

    found = describe_scaling(steps, (1, 2, 4), 1)

    assert found.usl is None and found.why is not None
    assert "needs 4 replica counts or more" in found.why
    assert "no valid saturate step at the first count, 1" in found.why


def test_repetitions_of_which_one_has_no_interval_go_by_their_own_spread(saturated: StepResult) -> None:
    """
    What one window does not tell cannot be made up from the others.
    """
    known = Estimate(2.4, 0.1, 200, "activities")
    unknown = Estimate(2.6, None, 200, "activities")

    found = joined_throughput([replace(saturated, throughput_per_second=each) for each in (known, unknown)])

    assert found.value == pytest.approx(2.5)
    # Student's factor of two values, 12.7, times the error of their mean, 0.1.
    assert found.half_width == pytest.approx(1.27, abs=0.01)
