"""
How throughput grows with replicas: one estimate a replica count, efficiency, the fitted law.

It reads valid saturate steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from loadtest.analysis.intervals import mean_of, ratio, scaled
from loadtest.analysis.usl import Usl, bootstrap, fit_usl, worst_residual
from loadtest.errors import TooFewStepsError
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import Interval, Scaling, UslFit

SATURATE = "saturate"


def saturated(steps: Sequence[StepResult]) -> dict[int, list[StepResult]]:
    """
    Return the valid saturate steps by replica count, counts increasing.
    """
    found: dict[int, list[StepResult]] = {}
    for step in sorted(steps, key=lambda step: (step.replicas, step.repetition)):
        usable = step.verdict is StepVerdict.VALID and step.throughput_per_second.value is not None
        if step.load.kind == SATURATE and usable:
            found.setdefault(step.replicas, []).append(step)
    return found


def throughput(steps: Sequence[StepResult]) -> Estimate:
    """
    Join the repetitions of one replica count; a single one keeps its own interval.
    """
    if len(steps) == 1:
        return steps[0].throughput_per_second
    return mean_of(
        [value for step in steps if (value := step.throughput_per_second.value) is not None], "repetitions"
    )


def describe_scaling(steps: Sequence[StepResult], replicas: Sequence[int], seed: int) -> Scaling:
    """
    Say how throughput grows with replicas.

    Args:
        steps: All steps of the run.
        replicas: The plan's replica counts; the first is what efficiency is read against.
        seed: Of the bootstrap.
    """
    by_count = saturated(steps)
    joined = {count: throughput(found) for count, found in by_count.items()}
    first = replicas[0]
    usl, why = _fit(by_count, seed)
    if not any(step.load.kind == SATURATE for step in steps):
        why = "the plan has no saturate load, so no throughput was searched for"
    elif first not in joined:
        why = f"no valid saturate step at {first} replicas, which speed-up and efficiency are read against"
    base = joined.get(first)
    speedups = (
        {count: ratio(value, base) for count, value in joined.items() if count != first} if base else {}
    )
    return Scaling(
        throughput_per_second=_named(joined),
        speedup=_named(speedups),
        efficiency=_named({count: scaled(value, first / count) for count, value in speedups.items()}),
        usl=usl,
        why=why,
    )


def _named(values: Mapping[int, Estimate]) -> dict[str, Estimate]:
    return {str(count): value for count, value in values.items()}


def _fit(by_count: Mapping[int, Sequence[StepResult]], seed: int) -> tuple[UslFit | None, str | None]:
    repetitions = {
        count: [value for step in found if (value := step.throughput_per_second.value) is not None]
        for count, found in by_count.items()
    }
    points = [(count, value) for count, values in repetitions.items() for value in values]
    try:
        curve = fit_usl(points)
    except TooFewStepsError as error:
        return None, str(error)
    except ValueError as error:
        return None, f"the law cannot be fitted: {error}"
    curves = bootstrap(repetitions, seed)
    largest = max(by_count)
    return (
        UslFit(
            rate_of_one=_interval(curve.rate_of_one, curves, lambda each: each.rate_of_one),
            contention=_interval(curve.contention, curves, lambda each: each.contention),
            coherency=_interval(curve.coherency, curves, lambda each: each.coherency),
            peak_replicas=curve.peak_replicas,
            largest_replicas=largest,
            worst_residual=worst_residual(curve, points),
            saying=_saying(curve, largest),
            intervals_by="bootstrap over repetitions"
            if curves
            else "no intervals: they need two repetitions or more of each replica count",
        ),
        None,
    )


def _interval(value: float, curves: Sequence[Usl] | None, of: Callable[[Usl], float]) -> Interval:
    if not curves:
        return Interval(value, None, None)
    low, high = np.percentile([of(curve) for curve in curves], [2.5, 97.5])
    return Interval(value, float(low), float(high))


def _saying(curve: Usl, largest: int) -> str:
    peak = curve.peak_replicas
    if peak is None or peak > largest:
        beyond = "" if peak is None else f"; the curve would turn at {peak}, which is extrapolated"
        return f"no downturn seen up to {largest} replicas{beyond}"
    return f"throughput is highest at {peak} replicas and falls beyond"
