"""
One measured step on a system of known answer: saturate, calibrate, choose, measure until decided, estimate.

All that decides is the product's own; the system is ``event_system``, which shares no code with it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from event_system import EventSystem
from known_system import (
    ACTIVITIES,
    WARM_UP_SECONDS,
    WORK,
    Column,
    Subject,
    Truth,
    bound_of,
    capacity_of,
    truth_at,
)

from loadtest.analysis.slot_capacity import (
    LoadLevel,
    SlotCapacity,
    capacity_of_known_draws,
    throughput_half_width,
)
from loadtest.analysis.twin import (
    DecisionRule,
    Enough,
    HistogramWork,
    LongRunEstimate,
    Measure,
    OpenStep,
    Past,
    QueueModel,
    SaturateReading,
    SloBound,
    UntilDecided,
    WorkDistribution,
    calibrate,
    choose_schedule,
    estimate_mean,
    estimate_quantile,
    find_edge,
    misfit,
    model_waits,
    recalibrate,
    simulate_twins,
)
from loadtest.analysis.twin.decision import LOOKS
from loadtest.analysis.twin.long_run_estimate import FEWEST_LATE_TO_ESTIMATE
from loadtest.analysis.twin.misfit_alarm import MODEL_MISFIT_RATIO
from loadtest.results.window_decision import Decided

TASKS = 60_000
SATURATED_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What a trial said, beside the truth.

    Attributes:
        answer: Met, missed or undecided; above and at capacity are missed.
        met: The truth.
        seconds: Window that it took.
        cpu_seconds: Of the model's work before the window.
        alarm: Whether the model was said not to fit.
        quantile, mean: Estimates of the long run.
        truth: Of the long run.
        level: Against the capacity that the saturate step showed.
        saturated: That capacity, its half width as a share, and the true one.
    """

    answer: Decided
    met: bool
    seconds: float
    cpu_seconds: float
    alarm: bool = False
    quantile: LongRunEstimate | None = None
    mean: LongRunEstimate | None = None
    truth: Truth | None = None
    level: LoadLevel = LoadLevel.BELOW
    saturated: tuple[float, float, float] = (0.0, 0.0, 0.0)


def saturated_reading(subject: Subject, seed: int) -> tuple[EventSystem, SaturateReading, Past, Column]:
    """
    Run a saturate step and read it as the product would.

    Returns:
        The system, which goes on from there; means, slots used and spread of the waits; the step; slot times.
    """
    slots = subject.traits.replicas * subject.traits.slots
    draws = WORK[subject.work].draw(20_000 + seed, 40 * slots, ACTIVITIES)
    past = Past(2 * slots, SATURATED_SECONDS, WARM_UP_SECONDS, draws)
    system = EventSystem(subject.traits, 1000 + seed)
    system.saturate(past.in_flight, past.draws, past.seconds)
    columns = system.record.arrays()
    inside = columns["started"] >= WARM_UP_SECONDS
    held, waits = columns["held"][inside], columns["waits"][inside]
    ends = np.minimum(columns["started"] + columns["held"], system.now)
    used = np.clip(ends - np.maximum(columns["started"], WARM_UP_SECONDS), 0, None).sum()
    reading = SaturateReading(
        slot_seconds=float(held.mean()),
        work_seconds=float(columns["work"][inside].mean()),
        slots_used_ratio=float(used / (system.now - WARM_UP_SECONDS) / slots),
        wait_median_seconds=float(np.median(waits)),
        wait_mean_seconds=float(waits.mean()),
        gap_seconds=float(np.mean(columns["gaps"])),
    )
    return system, reading, past, held


_guesses: dict[tuple[Subject, float], float] = {}


def try_open_step(
    subject: Subject,
    utilization: float,
    seed: int,
    budget_seconds: int,
    *,
    draws_known: bool = True,
    misfit_ratio: float | None = None,
    estimate: bool = True,
    slower_later: float = 0.0,
    tasks: int = TASKS,
    looks: tuple[int, ...] = LOOKS,
) -> Outcome:
    """
    Measure one open step as a sweep would, straight after a saturate step.

    Args:
        subject: The system.
        utilization: Rate over the true capacity.
        seed: Of everything.
        budget_seconds: The longest window.
        draws_known: Else the work comes from a histogram of the saturate step's slot times.
        misfit_ratio: Of the decision rule; the product's own by default.
        estimate: Whether to estimate the long run too.
        slower_later: How much longer than in the saturate step the open step's slots are held.
        tasks: Tasks of each of the model's long runs.
        looks: Seconds at which it may be decided; the product's own by default.
    """
    traits, bound, rate = subject.traits, bound_of(subject), utilization * capacity_of(subject)
    system, reading, past, held = saturated_reading(subject, seed)
    began = time.process_time()
    work, model, capacity = learn(subject, reading, past, held, draws_known)
    level = capacity.level(rate)
    saturated = (capacity.orders_per_second, capacity.half_width_ratio, capacity_of(subject))
    if level is not LoadLevel.BELOW:
        return Outcome(
            Decided.MISSED, utilization < subject.limit_utilization, 0, 0, level=level, saturated=saturated
        )
    key = (subject, utilization)
    edge = find_edge(model, work, rate, bound, tasks, _guesses.get(key))
    met = utilization < subject.limit_utilization
    if edge.model is None:
        return Outcome(
            Decided.UNDECIDED, met, budget_seconds, time.process_time() - began, saturated=saturated
        )
    _guesses[key] = edge.model.slowness
    orders = int(rate * (budget_seconds + 10) * 1.3) + 60
    actual = WORK[subject.work].draw(30_000 + seed, orders, ACTIVITIES)
    seen = actual if draws_known else work

    def step_of(schedule: int, seconds: int) -> OpenStep:
        gaps = np.random.default_rng((40_000 + seed, schedule)).exponential(1 / rate, orders)
        return OpenStep(np.cumsum(gaps).tolist(), seen, WARM_UP_SECONDS, seconds)

    counted = rate * (ACTIVITIES if subject.measure is Measure.WAIT else 1)
    chosen = choose_schedule(model, edge.model, past, {s: step_of(s, 60) for s in range(30)}, bound, counted)
    step = step_of(chosen, budget_seconds)
    twins = simulate_twins(model, edge.model, past, step, bound, 6 if draws_known else 12)
    cpu = time.process_time() - began
    rule = DecisionRule(looks=looks)
    if misfit_ratio is not None:
        rule = replace(rule, misfit_ratio=misfit_ratio)
    stopping = UntilDecided(twins, budget_seconds, rule, rate)
    system.traits = replace(
        traits, overhead_seconds=traits.overhead_seconds + slower_later * reading.slot_seconds
    )
    found, columns, start = _measure(system, subject, step, actual, stopping, bound)
    assert found.decision is not None
    if not estimate or not 0.6 < utilization < 0.93:
        # Fewer late tasks, or a rate nearer to capacity: the product shows no range there.
        return Outcome(found.decision.answer, met, found.decision.seconds, cpu, saturated=saturated)
    seconds = int(found.decision.seconds)
    done = OpenStep(step.arrivals, seen, WARM_UP_SECONDS, seconds)
    expected = simulate_twins(model, model, past, done, bound)
    fits = misfit(seconds, found.decision.late, expected, MODEL_MISFIT_RATIO)
    inside = columns["started"] >= start
    if draws_known:
        model = recalibrate(
            model, float(columns["held"][inside].mean()), float(columns["work"][inside].mean())
        )
    waits = model_waits(model, work, rate, past, done, bound, tasks)
    raw = columns["waits"][inside]
    return Outcome(
        found.decision.answer,
        met,
        seconds,
        cpu,
        bool(fits.reasons),
        estimate_quantile(float(np.quantile(raw, 0.95)), 0.95, waits, fits),
        estimate_mean(float(raw.mean()), waits, fits),
        truth_at(subject, utilization) if waits.late >= FEWEST_LATE_TO_ESTIMATE else None,
        saturated=saturated,
    )


def learn(
    subject: Subject, reading: SaturateReading, past: Past, held: Column, draws_known: bool = True
) -> tuple[WorkDistribution, QueueModel, SlotCapacity]:
    """
    Learn from a saturate step all that the product needs for an open one.
    """
    slots = subject.traits.replicas * subject.traits.slots
    if draws_known:
        work = WORK[subject.work]
        model = calibrate(QueueModel(slots), reading, past)
        overhead, dead = model.overhead_seconds, model.dead_seconds
        return work, model, capacity_of_known_draws(slots, ACTIVITIES, work, overhead, dead)
    work, reading = _unknown(reading, held)
    model = calibrate(QueueModel(slots), reading, past)
    half = throughput_half_width(float(held.std() / held.mean()), len(held))
    return work, model, SlotCapacity(model.capacity_per_second(work.mean), half)


def _measure(
    system: EventSystem,
    subject: Subject,
    step: OpenStep,
    draws: Column,
    stopping: UntilDecided,
    bound: SloBound,
) -> tuple[Enough, dict[str, Column], float]:
    before, closed_before = len(system.record.started), len(system.record.closed)
    system.load(step.arrivals, draws)
    system.run(step.warm_up_seconds)
    start = system.now
    for second in range(1, step.window_seconds + 1):
        system.run(1.0)
        if subject.measure is Measure.WAIT:
            times, taken = system.record.started[before:], system.record.waits[before:]
        else:
            times, taken = system.record.closed[closed_before:], system.record.end_to_end[closed_before:]
        if second not in stopping.rule.looks and second % 10:
            continue
        inside = np.array(times) >= start
        late = int((np.array(taken)[inside] > bound.seconds).sum())
        found = stopping.feed(second, int(inside.sum()), late)
        if isinstance(found, Enough):
            columns = {name: column[before:] for name, column in system.record.arrays().items()}
            return found, columns, start
    raise AssertionError("the budget ends a window")


def _unknown(reading: SaturateReading, held: Column) -> tuple[WorkDistribution, SaturateReading]:
    bounds = 0.001 * 1.2 ** np.arange(1, 62)
    counts, _ = np.histogram(held, np.concatenate(([0.0], bounds)))
    work = HistogramWork(tuple(bounds), tuple(float(count) for count in counts), float(held.sum()))
    return work, SaturateReading(
        reading.slot_seconds,
        reading.slot_seconds,
        reading.slots_used_ratio,
        reading.wait_median_seconds,
        reading.wait_mean_seconds,
        reading.gap_seconds,
    )
