"""
A saturate step on a system of known answer, and what the product learns from it.
"""

from __future__ import annotations

import numpy as np
from event_system import EventSystem
from known_system import ACTIVITIES, WARM_UP_SECONDS, WORK, Column, Subject

from loadtest.analysis.saturation.slot_capacity import (
    SlotCapacity,
    capacity_of_known_draws,
    throughput_half_width,
)
from loadtest.analysis.twin import (
    HistogramWork,
    Past,
    QueueModel,
    SaturateReading,
    WorkDistribution,
    calibrate,
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
        gap_seconds=float(np.mean(columns["gaps"])),
    )
    return reading, past, held


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
