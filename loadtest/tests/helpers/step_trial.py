"""
One measured step on a system of known answer: saturate, calibrate, choose, measure until decided, estimate.

All that decides is the product's own; the system is ``event_system``, which shares no code with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from event_system import EventSystem
from known_system import WARM_UP_SECONDS, Column, Subject, bound_of, capacity_of
from step_preparation import Twins, open_seed, prepare

from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.analysis.twin import (
    DecisionRule,
    Enough,
    LongRunEstimate,
    Measure,
    SloBound,
    UntilDecided,
    estimate_quantile,
    misfit,
    model_waits,
    recalibrate,
    simulate_twins,
)
from loadtest.analysis.twin.decision import LOOKS
from loadtest.analysis.twin.long_run import LONG_RUN_TASKS
from loadtest.design import long_run_reading
from loadtest.results.window_decision import Decided, Decision

# As the program itself has: the edges of 60,000 tasks lie about 2 % of the rate too high.
TASKS = LONG_RUN_TASKS


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a trial said, beside the truth.

    Attributes:
        answer: Met, missed or undecided; above and at capacity are missed.
        met: The truth.
        seconds: Window that it took.
        saturated: Capacity that the saturate step showed, its half width as a share, and the true one.
        level: Of the rate, against the capacity shown.
        alarm: Whether the model was said not to fit.
        p95: Estimate of the 95 % point of the long run's waits.
        cpu_seconds: Of the model's work before the window; no part of what was found.
    """

    answer: Decided
    met: bool
    seconds: float
    saturated: tuple[float, float, float]
    level: LoadLevel = LoadLevel.BELOW
    alarm: bool = False
    p95: LongRunEstimate | None = None
    cpu_seconds: float = field(default=0.0, compare=False)


def is_estimated(utilization: float) -> bool:
    """
    Return whether the product may show a range at a rate: beside these few tasks are late, or capacity is too near.
    """
    return 0.6 < utilization < 0.93


def try_open_step(
    subject: Subject,
    utilization: float,
    seed: int,
    budget_seconds: int,
    *,
    draws_known: bool = True,
    slower_later: float = 0.0,
    fit: bool = False,
    estimate: bool = False,
    tasks: int = TASKS,
    looks: tuple[int, ...] = LOOKS,
) -> Outcome:
    """
    Measure one open step as a sweep would, from empty and after a saturate step.

    Args:
        subject: The system.
        utilization: Rate over the true capacity.
        seed: Of everything.
        budget_seconds: The longest window.
        draws_known: Else the work comes from a histogram of the saturate step's slot times.
        slower_later: How much longer than in the saturate step the open step's slots are held.
        fit: Whether to hold the window against the calibrated model; for known draws.
        estimate: Whether to estimate the long run too, where the product would.
        tasks: Tasks of each of the model's long runs.
        looks: Seconds at which it may be decided; the product's own by default.
    """
    before = prepare(subject, utilization, seed, budget_seconds, draws_known, tasks)
    capacity, bound = before.capacity, bound_of(subject)
    found = Outcome(
        Decided.UNDECIDED,
        utilization < subject.limit_utilization,
        budget_seconds,
        (capacity.orders_per_second, capacity.half_width_ratio, capacity_of(subject)),
        before.level,
        cpu_seconds=before.cpu_seconds,
    )
    if before.level is not LoadLevel.BELOW:
        return replace(found, answer=Decided.MISSED, seconds=0.0)
    if before.twins is None:
        return found
    overhead = subject.traits.overhead_seconds + slower_later * before.slot_seconds
    system = EventSystem(
        replace(subject.traits, overhead_seconds=overhead), 40_000_000_000 + open_seed(seed, utilization)
    )
    stopping = UntilDecided(before.twins.counts, budget_seconds, DecisionRule(looks=looks), before.rate)
    decision, columns = _measure(system, subject.measure, before.twins, stopping, bound)
    found = replace(found, answer=decision.answer, seconds=decision.seconds)
    if not (fit or estimate) or not is_estimated(utilization):
        return found
    done = replace(before.twins.step, window_seconds=int(decision.seconds))
    model, mean = before.model, before.work.mean
    own = recalibrate(model, float(columns["held"].mean()), float(columns["work"].mean()))
    expected = simulate_twins(model, done, bound)
    ratio = (mean + own.overhead_seconds) / (mean + model.overhead_seconds)
    fits = misfit(decision.seconds, decision.late, expected, slot_time_ratio=ratio)
    found = replace(found, alarm=bool(fits.reasons))
    if not estimate:
        return found
    waits = model_waits(own, before.work, before.rate, done, bound, long_run_reading.TASKS)
    return replace(
        found, p95=estimate_quantile(float(np.quantile(columns["waits"], 0.95)), 0.95, waits, fits)
    )


def _measure(
    system: EventSystem, measure: Measure, twins: Twins, stopping: UntilDecided, bound: SloBound
) -> tuple[Decision, dict[str, Column]]:
    record = system.record
    system.load(twins.step.arrivals, twins.actual)
    system.run(WARM_UP_SECONDS)
    start = system.now
    for second in range(1, twins.step.window_seconds + 1):
        system.run(1.0)
        if second not in stopping.rule.looks and second % 10:
            continue
        if measure is Measure.WAIT:
            times, taken = record.started, record.waits
        else:
            times, taken = record.closed, record.end_to_end
        inside = np.array(times) >= start
        late = int((np.array(taken)[inside] > bound.seconds).sum())
        found = stopping.feed(second, int(inside.sum()), late)
        if isinstance(found, Enough):
            assert found.decision is not None
            columns = {name: np.array(getattr(record, name)) for name in ("held", "work", "waits")}
            begun = np.array(record.started) >= start
            return found.decision, {name: column[begun] for name, column in columns.items()}
    raise AssertionError("the budget ends a window")
