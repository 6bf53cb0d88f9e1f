"""
A quantile of the waits in the long run, estimated from a short window, with its range or the reason why there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loadtest.analysis.twin.long_run import LONG_RUN_TASKS, LongRun, long_run
from loadtest.analysis.twin.misfit_alarm import Misfit
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.twin_late_tasks import TWINS, OpenStep, offer_step
from loadtest.analysis.twin.work_distribution import WorkDistribution

RATE_RATIO = 0.05
WIDEST = 3.0
FEWEST_LATE_TO_ESTIMATE = 4.0


@dataclass(frozen=True, slots=True)
class LongRunEstimate:
    """
    A quantile of the waits in the long run.

    Attributes:
        raw: The value in the window.
        value: Estimate of the value in the long run; ``None`` if not known.
        low, high: Range from the model's long runs at 0.95 and at 1.05 of the rate; it always includes the value.
        why: Why there is no value.
    """

    raw: float | None
    value: float | None
    low: float | None
    high: float | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ModelWaits:
    """
    What the calibrated model says of one step, simulated once for all its numbers.

    Attributes:
        at_rate, slower, faster: Long runs at the rate, and at 0.95 and 1.05 of it; ``None`` above capacity.
        windows: Waits of tasks that started in the step's window, one array a twin.
        late: Late tasks in the step's window, mean of the twins.
    """

    at_rate: LongRun | None
    slower: LongRun | None
    faster: LongRun | None
    windows: tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]
    late: float


def model_waits(
    model: QueueModel,
    work: WorkDistribution,
    rate: float,
    step: OpenStep,
    bound: SloBound,
    tasks: int = LONG_RUN_TASKS,
) -> ModelWaits:
    """
    Simulate the calibrated model in the long run and on the step's own schedule and draws.

    Args:
        model: The calibrated model, best calibrated again from the open step itself.
        work: The work's distribution.
        rate: Orders per second.
        step: The step as for the twins, but with the length that its window really had.
        bound: The bound beyond which a task is late.
        tasks: Number of tasks in each long run.
    """
    windows, late = [], 0.0
    for luck in range(1, TWINS + 1):
        observed = offer_step(model, step, luck)
        windows.append(observed.waits[observed.started >= step.warm_up_seconds])
        late += sum(bound.late_by_second(observed, step.warm_up_seconds, step.window_seconds)) / TWINS
    runs = [long_run(model, work, rate * ratio, tasks) for ratio in (1.0, 1 - RATE_RATIO, 1 + RATE_RATIO)]
    return ModelWaits(runs[0], runs[1], runs[2], tuple(windows), late)


def estimate_quantile(
    raw: float | None, quantile: float, waits: ModelWaits, misfit: Misfit
) -> LongRunEstimate:
    """
    Estimate a quantile of the waits in the long run: the window's quantile, times the model's in the long run over the
    model's in the window.
    """
    if raw is None:
        return _not_known(None, "the window has too few samples for it")
    if misfit.reasons:
        return _not_known(raw, f"the model does not fit: {'; '.join(misfit.reasons)}")
    if waits.at_rate is None or waits.slower is None or waits.faster is None:
        return _not_known(raw, "1.05 of the rate is above capacity, where waits grow without end")
    if waits.late < FEWEST_LATE_TO_ESTIMATE:
        return _not_known(
            raw, f"the model has {waits.late:.1f} late tasks in such a window, too few to go by"
        )
    low, middle, high = (run.wait_quantile(quantile) for run in (waits.slower, waits.at_rate, waits.faster))
    if high > WIDEST * low:
        return _not_known(raw, f"5 % of the rate more or less would make it {low:.2g} or {high:.2g} s")
    in_window = [float(np.quantile(window, quantile)) for window in waits.windows if len(window)]
    seen = float(np.mean(in_window)) if in_window else 0.0
    if seen <= 0:
        return _not_known(raw, "the model has no wait in such a window")
    value = raw * middle / seen
    low, high = min(low, value), max(high, value)
    if high > WIDEST * low:
        return _not_known(
            raw, f"the model and the window's own waits would make it {low:.2g} or {high:.2g} s"
        )
    return LongRunEstimate(raw, value, low, high)


def _not_known(raw: float | None, why: str) -> LongRunEstimate:
    return LongRunEstimate(raw, None, None, None, why)
