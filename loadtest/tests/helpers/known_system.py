"""
Systems of known answer: their capacity, the bound that they just keep, and their long run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from event_system import EventSystem, Traits
from numpy.typing import NDArray

from loadtest.analysis.twin import ExponentialWork, Measure, SloBound, UniformWork, WorkDistribution

ACTIVITIES = 6
WARM_UP_SECONDS = 5.0
LONG_RUN_ORDERS = 60_000
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


def known(subject: Subject) -> Subject:
    """
    Return the same system with its capacity and its bound filled in, for whoever must not find them again.
    """
    return replace(subject, known=(capacity_of(subject), bound_of(subject).seconds))


def capacity_of(subject: Subject) -> float:
    """
    Return the orders per second that the system completes under a long closed load.
    """
    return subject.known[0] if subject.known is not None else _long_closed_load(subject.traits, subject.work)


def bound_of(subject: Subject) -> SloBound:
    """
    Return the bound that the system just keeps at its limit.
    """
    if subject.known is not None:
        return SloBound(subject.known[1], 0.05, subject.measure)
    _, taken = _at(subject, subject.limit_utilization)
    return SloBound(float(np.quantile(taken, 0.95)), 0.05, subject.measure)


def p95_seconds_at(subject: Subject, utilization: float) -> float:
    """
    Return the 95 % point of the system's waits in the long run.
    """
    waits, _ = _at(subject, utilization)
    return float(np.quantile(waits, 0.95))


def _at(subject: Subject, utilization: float) -> tuple[Column, Column]:
    waits, taken = _long_open_load(subject.traits, subject.work, utilization * capacity_of(subject))
    return waits, waits if subject.measure is Measure.WAIT else taken


@cache
def _long_closed_load(traits: Traits, work: str) -> float:
    slots = traits.replicas * traits.slots
    seconds = 60_000 / ACTIVITIES / slots
    system = EventSystem(traits, 99)
    system.saturate(2 * slots, WORK[work].draw(99, 30_000, ACTIVITIES), seconds)
    started = np.array(system.record.started)
    return float((started > WARM_UP_SECONDS).sum() / ACTIVITIES / (seconds - WARM_UP_SECONDS))


# Bounds on waits and on end to end are read from one run.
@cache
def _long_open_load(traits: Traits, work: str, rate: float) -> tuple[Column, Column]:
    # So long that another run's 95 % point lies 4 to 9 % beside it (14 % at most), which is about 1 % of the rate.
    system = EventSystem(traits, 77)
    arrivals = np.cumsum(np.random.default_rng(77).exponential(1 / rate, LONG_RUN_ORDERS))
    system.load(arrivals.tolist(), WORK[work].draw(78, LONG_RUN_ORDERS, ACTIVITIES))
    system.run(arrivals[-1])
    return np.array(system.record.waits)[1000:], np.array(system.record.end_to_end)[200:]
