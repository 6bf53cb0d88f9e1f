"""
Systems of known answer: their capacity, the bound that they just keep, and their long run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from event_system import EventSystem, Traits
from numpy.typing import NDArray

from loadtest.analysis.twin import ExponentialWork, Measure, SloBound, UniformWork, WorkDistribution

ACTIVITIES = 6
WARM_UP_SECONDS = 5.0
WORK: dict[str, WorkDistribution] = {"uniform": UniformWork(0.25, 0.5), "exponential": ExponentialWork(0.25)}

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Subject:
    """
    A system, and the utilisation at which it stands just at the SLO.

    Attributes:
        traits: What it is like.
        work: Name of the distribution of its work.
        limit_utilization: Rate over capacity at which the bound is just kept.
        measure: What is bounded.
        known: Its capacity in orders per second and its bound in seconds, where long runs found them before.
    """

    traits: Traits
    work: str
    limit_utilization: float = 0.84
    measure: Measure = Measure.WAIT
    known: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """
    What the system does in the long run at one utilisation.
    """

    rate: float
    quantile_seconds: float
    mean_seconds: float
    late_ratio: float


@cache
def capacity_of(subject: Subject) -> float:
    """
    Return the orders per second that the system completes under a long closed load.
    """
    if subject.known is not None:
        return subject.known[0]
    slots = subject.traits.replicas * subject.traits.slots
    seconds = 60_000 / ACTIVITIES / slots
    system = EventSystem(subject.traits, 99)
    system.saturate(2 * slots, WORK[subject.work].draw(99, 30_000, ACTIVITIES), seconds)
    started = np.array(system.record.started)
    return float((started > WARM_UP_SECONDS).sum() / ACTIVITIES / (seconds - WARM_UP_SECONDS))


@cache
def bound_of(subject: Subject) -> SloBound:
    """
    Return the bound that the system just keeps at its limit.
    """
    if subject.known is not None:
        return SloBound(subject.known[1], 0.05, subject.measure)
    _, taken = _long_run(subject, subject.limit_utilization)
    return SloBound(float(np.quantile(taken, 0.95)), 0.05, subject.measure)


@cache
def truth_at(subject: Subject, utilization: float) -> Truth:
    """
    Return what the system does in the long run.
    """
    waits, taken = _long_run(subject, utilization)
    return Truth(
        utilization * capacity_of(subject),
        float(np.quantile(waits, 0.95)),
        float(waits.mean()),
        float((taken > bound_of(subject).seconds).mean()),
    )


@cache
def _long_run(subject: Subject, utilization: float) -> tuple[Column, Column]:
    # Longer where waits stay related for longer: a small system near its capacity.
    rate, orders = utilization * capacity_of(subject), 30_000 if subject.traits.replicas == 1 else 20_000
    system = EventSystem(subject.traits, 77)
    arrivals = np.cumsum(np.random.default_rng(77).exponential(1 / rate, orders))
    system.load(arrivals.tolist(), WORK[subject.work].draw(78, orders, ACTIVITIES))
    system.run(arrivals[-1])
    waits = np.array(system.record.waits)[1000:]
    return waits, waits if subject.measure is Measure.WAIT else np.array(system.record.end_to_end)[200:]
