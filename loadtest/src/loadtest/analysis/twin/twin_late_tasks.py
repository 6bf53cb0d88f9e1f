"""
Late tasks of the twins: simulated systems on the measured step's own schedule and draws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.simulated_queue import Observed, SimulatedQueue
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.work_distribution import Draws, WorkDistribution

TWINS = 6
# Where each twin draws work of its own, most of the error is the twins' spread, which six tell too badly.
TWINS_OF_UNKNOWN_DRAWS = 12
_PLACES = (10, 15, 20, 30, 45, 60)  # seconds at which a schedule should have its usual share


@dataclass(frozen=True, slots=True)
class OpenStep:
    """
    What an open step offers.

    Attributes:
        arrivals: When each order arrives, in seconds since the step's beginning, rising.
        draws: Work of each order in seconds, one row per order number; or, where the kit does not make the draws, the
            distribution from which each twin draws its own.
        warm_up_seconds: Length of the warm-up, which is not counted.
        window_seconds: The longest window, in whole seconds.
    """

    arrivals: Sequence[float]
    draws: Draws | WorkDistribution
    warm_up_seconds: float
    window_seconds: int


@dataclass(frozen=True, slots=True)
class TwinLateTasks:
    """
    Late tasks of each twin, second by second of the window.
    """

    late_by_second: tuple[tuple[int, ...], ...]

    @property
    def seconds(self) -> int:
        """
        The longest window for which there are counts, in seconds.
        """
        return min(len(twin) for twin in self.late_by_second)

    def until(self, elapsed_seconds: float) -> tuple[float, ...]:
        """
        Return the late tasks of each twin up to a time of the window; a part of a second counts in proportion.
        """
        whole = min(int(elapsed_seconds), self.seconds)
        part = elapsed_seconds - whole if whole < self.seconds else 0.0
        return tuple(sum(twin[:whole]) + (part * twin[whole] if part else 0) for twin in self.late_by_second)

    def mean_until(self, elapsed_seconds: float) -> float:
        """
        Return the mean of ``until``.
        """
        totals = self.until(elapsed_seconds)
        return sum(totals) / len(totals)


def offer_step(model: QueueModel, step: OpenStep, luck: int) -> Observed:
    """
    Return what a step shows on a system that starts empty, as the real system was drained before.

    Args:
        model: The system, such as the calibrated one slowed to the edge.
        step: Arrivals and draws.
        luck: Seed of what the step does not decide: the order of service, and the draws where the step holds their
            distribution.
    """
    draws = step.draws
    if not isinstance(draws, np.ndarray):
        draws = draws.draw(luck, len(step.arrivals), model.activities)
    queue = SimulatedQueue(model, luck_seed=luck)
    return queue.offer(step.arrivals, draws, step.warm_up_seconds + step.window_seconds)


def simulate_twins(model: QueueModel, step: OpenStep, bound: SloBound) -> TwinLateTasks:
    """
    Simulate twins that differ in luck alone; twice as many where the draws are part of it.

    Args:
        model: The model, calibrated or slowed to the SLO's edge.
        step: The measured step.
        bound: The bound beyond which a task is late.
    """
    counts = []
    twins = TWINS if isinstance(step.draws, np.ndarray) else TWINS_OF_UNKNOWN_DRAWS
    for luck in range(1, twins + 1):
        observed = offer_step(model, step, luck)
        counts.append(bound.late_by_second(observed, step.warm_up_seconds, step.window_seconds))
    return TwinLateTasks(tuple(counts))


def choose_schedule(
    edge: QueueModel,
    candidates: Mapping[int, OpenStep],
    bound: SloBound,
    counted_per_second: float,
) -> int:
    """
    Choose the schedule whose twin has its usual share of late tasks from the first seconds on.

    On most short schedules no queue builds up, and they decide nothing. The choice looks at the twin alone, so it
    favours neither answer.

    Args:
        edge: The model, slowed to the SLO's edge.
        candidates: Seeds of schedules, each with the step that it makes; 30 to 40 are enough.
        bound: The bound beyond which a task is late.
        counted_per_second: Number of tasks, or orders, that the step counts in a second.

    Returns:
        The chosen seed.
    """
    if not candidates:
        raise ValueError("there is no schedule to choose from")
    usual = counted_per_second * bound.allowed_ratio

    def strangeness(seed: int) -> float:
        step = candidates[seed]
        seconds = min(step.window_seconds, _PLACES[-1])
        short = OpenStep(step.arrivals, step.draws, step.warm_up_seconds, seconds)
        late = bound.late_by_second(offer_step(edge, short, 0), step.warm_up_seconds, seconds)
        places = [place for place in _PLACES if place <= seconds] or [seconds]
        return sum(abs(math.log((sum(late[:t]) / t + 0.04 * usual) / usual)) for t in places)

    return min(candidates, key=strangeness)
