"""
How throughput grows with replicas: one estimate per replica count, efficiency, the fitted law.

It reads valid saturate steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from loadtest.analysis.estimators.intervals import mean_of, ratio, scaled
from loadtest.analysis.estimators.usl import Usl, bootstrap, fit_usl, worst_residual
from loadtest.errors import TooFewStepsError
from loadtest.plural import counted
from loadtest.results.estimate import Estimate
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Limit
from loadtest.results.sweep_result import Interval, Peak, Scaling, UslFit

SATURATE = "saturate"
# Fewer repetitions do not tell their own spread.
FEWEST_REPETITIONS = 3


def saturated(steps: Sequence[StepResult]) -> dict[int, list[StepResult]]:
    """
    Return the valid saturate steps whose throughput is used by replica count, counts increasing.
    """
    found: dict[int, list[StepResult]] = {}
    for step in sorted(steps, key=lambda step: (step.replicas, step.repetition)):
        usable = step.verdict is StepVerdict.VALID and not step.superseded
        if step.load.kind == SATURATE and usable and step.throughput_per_second.value is not None:
            found.setdefault(step.replicas, []).append(step)
    return found


def joined_throughput(steps: Sequence[StepResult]) -> Estimate:
    """
    Join the repetitions of one replica count; a single one keeps its own interval.

    Two repetitions tell their own spread so badly that their interval would be wider than that of one repetition. So
    the larger of two errors is taken: that from each window's activities, and that from the difference of the
    repetitions. The latter is Student's interval from three repetitions on; for two it is the distance of each from
    their mean, so that the interval holds both.
    """
    if len(steps) == 1:
        return steps[0].throughput_per_second
    found = [step.throughput_per_second for step in steps]
    values = [each.value for each in found if each.value is not None]
    between = mean_of(values, "repetitions")
    within = [each.half_width for each in found if each.half_width is not None]
    if between.value is None or len(within) < len(found):
        return between
    half = math.sqrt(math.fsum(width**2 for width in within)) / len(within)
    if len(values) < FEWEST_REPETITIONS:
        half = max(half, (max(values) - min(values)) / 2)
    elif between.half_width is not None:
        half = max(half, between.half_width)
    return Estimate(between.value, half, len(values), "repetitions")


def describe_scaling(steps: Sequence[StepResult], replicas: Sequence[int], seed: int) -> Scaling:
    """
    Say how throughput grows with replicas.

    Args:
        steps: All steps of the run.
        replicas: The plan's replica counts; the first is what efficiency is read against.
        seed: Seed of the bootstrap.
    """
    by_count = saturated(steps)
    joined = {count: joined_throughput(found) for count, found in by_count.items()}
    first = replicas[0]
    usl, why = _fit(by_count, joined, seed)
    if not any(step.load.kind == SATURATE for step in steps):
        why = "the plan has no saturate load, so no throughput was searched for"
    elif first not in joined:
        lacking = f"no valid saturate step at the first count, {first}, which speed-up and efficiency are read against"
        why = lacking if why is None else f"{why}; {lacking}"
    base = joined.get(first)
    speedups = (
        {count: ratio(value, base) for count, value in joined.items() if count != first} if base else {}
    )
    return Scaling(
        throughput_per_second=_named(joined),
        speedup=_named(speedups),
        efficiency=_named({count: scaled(value, first / count) for count, value in speedups.items()}),
        usl=usl,
        limit={str(count): _limits(found) for count, found in by_count.items()},
        why=why,
    )


def _limits(steps: Sequence[StepResult]) -> tuple[Limit, ...]:
    return tuple(sorted({step.capacity.limit for step in steps if step.capacity is not None}))


def _named(values: Mapping[int, Estimate]) -> dict[str, Estimate]:
    return {str(count): value for count, value in values.items()}


def _fit(
    by_count: Mapping[int, Sequence[StepResult]], joined: Mapping[int, Estimate], seed: int
) -> tuple[UslFit | None, str | None]:
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
    peak = _peak(curves)
    return (
        UslFit(
            rate_of_one=_interval(curve.rate_of_one, curves, lambda each: each.rate_of_one),
            contention=_interval(curve.contention, curves, lambda each: each.contention),
            coherency=_interval(curve.coherency, curves, lambda each: each.coherency),
            peak_replicas=peak,
            largest_replicas=largest,
            worst_residual=worst_residual(curve, points),
            saying=_saying(peak, largest, _fall(joined)),
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


def _peak(curves: Sequence[Usl] | None) -> Peak | None:
    """
    Return where throughput is highest; ``None`` unless the interval of κ excludes 0.

    A curve fitted to a system without a peak shows one in half of all fits, at any place.
    """
    if not curves or float(np.percentile([curve.coherency for curve in curves], 2.5)) <= 0:
        return None
    peaks = [peak for curve in curves if (peak := curve.peak_replicas) is not None]
    low, middle, high = np.percentile(peaks, [2.5, 50, 97.5], method="nearest")
    return Peak(int(middle), int(low), int(high))


def _fall(joined: Mapping[int, Estimate]) -> str | None:
    """
    Say that a larger count completes less than a smaller one; ``None`` if that is not sure for any count.

    Their intervals must lie apart.
    """
    known = {
        count: (each.value, each.half_width)
        for count, each in sorted(joined.items())
        if each.value is not None and each.half_width is not None
    }
    if not known:
        return None
    best = max(known, key=lambda count: known[count][0])
    most, half = known[best]
    fewer = [n for n, (x, error) in known.items() if n > best and most - x > half + error]
    if not fewer:
        return None
    return f"throughput falls from {best} to {counted(fewer[-1], 'replica')}, by {100 * (1 - known[fewer[-1]][0] / most):.0f} %"


def _saying(peak: Peak | None, largest: int, fall: str | None) -> str:
    if peak is None and fall is not None:
        return f"{fall}; how many replicas complete the most is not known"
    if peak is None:
        return f"no downturn seen up to {counted(largest, 'replica')}"
    between = f"{counted(peak.replicas, 'replica')} ({peak.low} to {peak.high})"
    if peak.low > largest:
        return f"no downturn seen up to {counted(largest, 'replica')}; the curve turns at {between}, which is extrapolated"
    beyond = ", partly extrapolated" if peak.high > largest else ""
    return f"throughput is highest at {between}{beyond} and falls beyond"
