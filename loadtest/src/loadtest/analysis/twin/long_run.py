"""
What a model does in the long run at a rate, and how slow it must be to be exactly at an SLO's edge.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.simulated_queue import Observed, SimulatedQueue
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.work_distribution import WorkDistribution

LONG_RUN_TASKS = 200_000
_WARM_UP_SECONDS = 60.0
_SEED = 7
_FLOOR = 0.002  # keeps the logarithm of a share of nothing finite
_CLOSE_ENOUGH = 0.02
# Logarithm of the share over the allowed one at which no edge was found.
_FAR_OFF = 0.25
_MOST_TRIES = 10
# A tenth of the tasks is sure where its late share is five times the allowed one, or a fifth of it. Near capacity long
# queues are rare and take long to come, so there a small share may be luck: 0 where the long run has 9 %.
_GLANCE_RATIO = 0.1
_SURE_RATIO = 5.0
_BUSIEST_GLANCE = 0.8


@dataclass(frozen=True, slots=True)
class LongRun:
    """
    A long simulated time at one rate, without its beginning.

    Attributes:
        observed: All that the simulation showed.
        start, end: Start and end of the counted part, in seconds.
    """

    observed: Observed
    start: float
    end: float

    def late_ratio(self, bound: SloBound) -> float:
        """
        Return the share of late tasks or orders.
        """
        return bound.late_ratio(self.observed, self.start, self.end)

    def wait_quantile(self, quantile: float) -> float:
        """
        Return a quantile of the tasks' waits, in seconds.
        """
        started = self.observed.started
        return float(
            np.quantile(self.observed.waits[(started >= self.start) & (started < self.end)], quantile)
        )


# Two bounds of one SLO need the same run; a run has a few megabytes.
@lru_cache(maxsize=2)
def long_run(
    model: QueueModel, work: WorkDistribution, rate: float, tasks: int = LONG_RUN_TASKS
) -> LongRun | None:
    """
    Simulate a long time at one rate of orders per second.

    Returns:
        ``None`` at and above capacity, where waits grow without end.
    """
    if rate >= model.capacity_per_second(work.mean):
        return None
    orders = math.ceil(tasks / model.activities + _WARM_UP_SECONDS * rate)
    gaps = np.random.default_rng((_SEED, 1)).exponential(1.0, orders)
    arrivals = (np.cumsum(gaps) / rate).tolist()
    queue = SimulatedQueue(model, luck_seed=_SEED)
    observed = queue.offer(arrivals, work.draw(_SEED, orders, model.activities), arrivals[-1])
    return LongRun(observed, _WARM_UP_SECONDS, arrivals[-1])


# A search proposes its next step from all steps before it, and computes the same again each time.
@lru_cache(maxsize=1024)
def long_run_late_ratio(
    model: QueueModel, work: WorkDistribution, rate: float, bound: SloBound, tasks: int = LONG_RUN_TASKS
) -> float:
    """
    Return the share of late tasks in the long run; 1 at and above capacity.
    """
    found = long_run(model, work, rate, tasks)
    return 1.0 if found is None else found.late_ratio(bound)


def keeps_in_long_run(
    model: QueueModel, work: WorkDistribution, rate: float, bound: SloBound, tasks: int = LONG_RUN_TASKS
) -> bool:
    """
    Return whether at most the allowed share is late in the long run.

    A tenth of the tasks says it where the share is far from the allowed one; else all of them do.
    """
    glance = long_run_late_ratio(model, work, rate, bound, round(tasks * _GLANCE_RATIO))
    if glance > _SURE_RATIO * bound.allowed_ratio:
        return False
    idle = rate <= _BUSIEST_GLANCE * model.capacity_per_second(work.mean)
    if idle and glance < bound.allowed_ratio / _SURE_RATIO:
        return True
    return long_run_late_ratio(model, work, rate, bound, tasks) <= bound.allowed_ratio


def find_edge(
    model: QueueModel,
    work: WorkDistribution,
    rate: float,
    bound: SloBound,
    tasks: int = LONG_RUN_TASKS,
    guess: float | None = None,
) -> QueueModel | str:
    """
    Slow the model until exactly the allowed share of its tasks is late in the long run at this rate.

    Args:
        model: The calibrated model, whatever its slowness.
        work: The work's distribution.
        rate: Orders per second.
        bound: The bound beyond which a task is late, and the share that may be late.
        tasks: Number of tasks in each long run; 200,000 place the edge within about 1.5 % of the rate.
        guess: Slowness that is tried first.

    Returns:
        The slowed model, or a clause that says why there is none.
    """
    held = work.mean + model.overhead_seconds
    full = (model.slots / (rate * model.activities) - model.dead_seconds) / held
    if full <= 0:
        return f"dead time alone fills the slots at {rate:.3g}/s"

    def late(slowness: float) -> float:
        return long_run_late_ratio(model.slowed(slowness), work, rate, bound, tasks)

    slowness, ratio = solve_rising(late, bound.allowed_ratio, full / 20, full, guess)
    distance = _distance(ratio, bound.allowed_ratio)
    if distance > _FAR_OFF:
        return f"{ratio:.1%} are late however quick the slots are: the bound is finer than the hand-over"
    if distance < -_FAR_OFF:
        return f"hardly a task is late until the slots are full: {bound.seconds:g} s are long for tasks of {held:.2g} s"
    return model.slowed(slowness)


def rate_at_bound(
    model: QueueModel, work: WorkDistribution, bound: SloBound, tasks: int = LONG_RUN_TASKS
) -> float:
    """
    Return the orders per second at which exactly the allowed share of the model's tasks is late.
    """
    capacity = model.capacity_per_second(work.mean)
    rate, _ = solve_rising(
        lambda rate: long_run_late_ratio(model, work, rate, bound, tasks),
        bound.allowed_ratio,
        0.02 * capacity,
        capacity,
    )
    return rate


def solve_rising(
    ratio_at: Callable[[float], float],
    wanted: float,
    low: float,
    high: float,
    guess: float | None = None,
) -> tuple[float, float]:
    """
    Find where a rising share has the wanted value, by the method of false position on its logarithm.

    At ``low`` nothing is late and at ``high`` everything is late; neither is computed.

    Returns:
        The place, and the share there.
    """
    below, above, side = _distance(0.0, wanted), _distance(1.0, wanted), 0
    place, ratio = low, 0.0
    for attempt in range(_MOST_TRIES):
        place = (low * above - high * below) / (above - below)
        if guess is not None and attempt == 0 and low < guess < high:
            place = guess
        ratio = ratio_at(place)
        distance = _distance(ratio, wanted)
        if abs(distance) < _CLOSE_ENOUGH:
            break
        if distance > 0:
            high, above, below, side = place, distance, below / 2 if side > 0 else below, 1
        else:
            low, below, above, side = place, distance, above / 2 if side < 0 else above, -1
    return place, ratio


def _distance(ratio: float, wanted: float) -> float:
    return math.log((ratio + _FLOOR) / (wanted + _FLOOR))
