"""
All that the product works out for an open step before its window: it saturates a system of known answer, learns from it, and chooses edge,
schedule and twins.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from event_system import EventSystem
from known_system import ACTIVITIES, WARM_UP_SECONDS, WORK, Column, Subject, bound_of, capacity_of

from loadtest.analysis.saturation.slot_capacity import (
    LoadLevel,
    SlotCapacity,
    capacity_of_known_draws,
    throughput_half_width,
)
from loadtest.analysis.twin import (
    HistogramWork,
    Measure,
    OpenStep,
    Past,
    QueueModel,
    SaturateReading,
    TwinLateTasks,
    WorkDistribution,
    calibrate,
    choose_schedule,
    find_edge,
    simulate_twins,
)

SATURATED_SECONDS = 20.0


def saturated_reading(subject: Subject, seed: int) -> tuple[SaturateReading, Past, Column]:
    """
    Run a saturate step and read it as the product would.

    Returns:
        Means, slots used and spread of the waits; the step; slot times.
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
        gap_seconds=float(np.mean(columns["gaps"])) if len(columns["gaps"]) else 0.0,
    )
    return reading, past, held


def learn(
    subject: Subject, reading: SaturateReading, past: Past, held: Column, draws_known: bool = True
) -> tuple[WorkDistribution, QueueModel, SlotCapacity]:
    """
    Learn from a saturate step all that the product needs for an open one.
    """
    slots = subject.traits.replicas * subject.traits.slots
    shape = subject.traits.shape or (1,) * ACTIVITIES
    if draws_known:
        work = WORK[subject.work]
        model = calibrate(QueueModel(slots, shape), reading, past)
        overhead, dead = model.overhead_seconds, model.dead_seconds
        return work, model, capacity_of_known_draws(slots, ACTIVITIES, work, overhead, dead)
    work, reading = _unknown(reading, held)
    model = calibrate(QueueModel(slots, shape), reading, past)
    half = throughput_half_width(float(held.std() / held.mean()), len(held))
    return work, model, SlotCapacity(model.capacity_per_second(work.mean), half)


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


@dataclass(frozen=True, slots=True)
class Twins:
    """
    The step that was chosen, and the late tasks of its twins.

    Attributes:
        step: As the model sees it, as long as the budget.
        actual: What its orders really draw, a row an order.
        counts: Of the twins.
    """

    step: OpenStep
    actual: Column
    counts: TwinLateTasks


@dataclass(frozen=True, slots=True)
class PreparedStep:
    """
    What is known when the window begins.

    Attributes:
        rate: Orders per second.
        slot_seconds: How long activities held a slot in the saturate step, in the mean.
        work, model, capacity, level: What it taught.
        twins: None above capacity, where nothing is measured, and where no slowness makes an edge.
        cpu_seconds: Of edge, schedule and twins.
    """

    rate: float
    slot_seconds: float
    work: WorkDistribution
    model: QueueModel
    capacity: SlotCapacity
    level: LoadLevel
    twins: Twins | None
    cpu_seconds: float


# Trials of one system and seed that differ only in what happens in the window have the same twins.
@lru_cache(maxsize=16)
def prepare(
    subject: Subject, utilization: float, seed: int, budget_seconds: int, draws_known: bool, tasks: int
) -> PreparedStep:
    """
    Saturate the system, learn from it, and choose what to measure.

    The saturate step has its luck from the system and the seed alone, so that the loads of a run share it as in a
    sweep; the open step has its own.

    Args:
        subject: The system.
        utilization: Rate over the true capacity.
        seed: Of everything.
        budget_seconds: The longest window.
        draws_known: Else the work comes from a histogram of the saturate step's slot times.
        tasks: Tasks of each of the model's long runs.
    """
    rate, bound = utilization * capacity_of(subject), bound_of(subject)
    reading, past, held = saturated_reading(subject, seed)
    work, model, capacity = learn(subject, reading, past, held, draws_known)
    level = capacity.level(rate)

    def prepared(twins: Twins | None, cpu_seconds: float) -> PreparedStep:
        return PreparedStep(rate, reading.slot_seconds, work, model, capacity, level, twins, cpu_seconds)

    if level is not LoadLevel.BELOW:
        return prepared(None, 0.0)
    began = time.process_time()
    # Where to look first changes how long the search takes, not what it finds.
    edge = find_edge(model, work, rate, bound, tasks, subject.limit_utilization / utilization)
    if isinstance(edge, str):
        return prepared(None, time.process_time() - began)
    own_seed = open_seed(seed, utilization)
    orders = int(rate * (budget_seconds + 10) * 1.3) + 60
    actual = WORK[subject.work].draw(30_000_000 + own_seed, orders, ACTIVITIES)

    def step_of(schedule: int, seconds: int) -> OpenStep:
        gaps = np.random.default_rng((40_000, own_seed, schedule)).exponential(1 / rate, orders)
        seen = actual if draws_known else work
        return OpenStep(np.cumsum(gaps).tolist(), seen, WARM_UP_SECONDS, seconds)

    counted = rate * (ACTIVITIES if subject.measure is Measure.WAIT else 1)
    # Each step begins empty, as in a sweep: the one before was drained.
    chosen = choose_schedule(edge, {s: step_of(s, 60) for s in range(30)}, bound, counted)
    step = step_of(chosen, budget_seconds)
    counts = simulate_twins(edge, step, bound)
    return prepared(Twins(step, actual, counts), time.process_time() - began)


def open_seed(seed: int, utilization: float) -> int:
    """
    Return the seed of an open step, which no other utilisation shares.
    """
    return 1000 * seed + round(1000 * utilization)
