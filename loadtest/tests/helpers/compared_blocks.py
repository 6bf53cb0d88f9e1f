"""
Blocks of a comparison on a simulated system: kept steps whose counts come from events, not from a formula.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import synthetic_steps
from event_system import EventSystem, Traits
from histograms import buckets
from known_system import ACTIVITIES, WORK
from numpy.typing import NDArray

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.readings.waits import waits
from loadtest.design.compare import Compare
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured

BLOCK_SECONDS, OPEN_BLOCK_SECONDS, CHANGE_OVER_SECONDS = 10.0, 15.0, 4.0


@dataclass(slots=True)
class ComparedSystem:
    """
    One replica whose activities take longer under setting B, on a machine whose speed walks from block to block.

    Attributes:
        plan: Of the comparison; its load is closed, or open at a rate.
        slower: How much longer B's activities take.
        walk: Standard deviation of the machine's speed from one block to the next.
        seed: Of everything.
    """

    plan: Plan
    slower: float
    walk: float
    seed: int

    def answer(self, design: Compare) -> tuple[list[KeptStep], Answer]:
        """
        Measure what the design asks for until it has its answer.
        """
        chance, kept, speed = np.random.default_rng(self.seed), list[KeptStep](), 0.0
        pattern = kept_block(self.plan)
        while isinstance(asked := design.next(kept), NextStep):
            speed += chance.normal(0, self.walk)
            stretch = float(np.exp(speed)) * (1 + self.slower * (asked.key.factors == design.question.b))
            system = EventSystem(Traits(1, partitions=4), int(chance.integers(1 << 30)))
            draws = 1000 * self.seed + asked.key.repetition
            work = WORK["uniform"].draw(draws, 100, ACTIVITIES) * stretch
            measured = replace(pattern.measured, key=asked.key)
            if asked.arrival_rate is None:
                kept.append(replace_block(pattern, measured, _activities(system, work)))
            else:
                samples = _waits(system, work, asked.arrival_rate, np.random.default_rng((draws, 1)))
                kept.append(_with_waits(pattern, measured, samples))
        return kept, asked


def _activities(system: EventSystem, work: NDArray[np.float64]) -> int:
    seconds = CHANGE_OVER_SECONDS + BLOCK_SECONDS
    system.saturate(8, work, seconds)
    ended = np.array(system.record.started) + np.array(system.record.held)
    return int(((ended >= CHANGE_OVER_SECONDS) & (ended < seconds)).sum())


def _waits(
    system: EventSystem, work: NDArray[np.float64], rate: float, chance: np.random.Generator
) -> NDArray[np.float64]:
    seconds = CHANGE_OVER_SECONDS + OPEN_BLOCK_SECONDS
    arrivals = np.cumsum(chance.exponential(1 / rate, len(work)))
    system.load(arrivals[arrivals < seconds].tolist(), work)
    system.run(seconds)
    started = np.array(system.record.started)
    return np.array(system.record.waits)[started >= CHANGE_OVER_SECONDS]


def _with_waits(pattern: KeptStep, measured: Measured, samples: NDArray[np.float64]) -> KeptStep:
    window = measured.worker_window
    assert window is not None
    seen = {**window.histograms, "worker.activity_schedule_to_start": buckets(samples)}
    mine = replace(measured, worker_window=replace(window, histograms=seen))
    return KeptStep(mine, replace(pattern.result, schedule_to_start_seconds=waits(mine)[0]))


def kept_block(plan: Plan) -> KeptStep:
    """
    A step of one replica under the plan's load, for its form.
    """
    load = plan.loads[0]
    rate = getattr(load, "arrival_rate", None) or 1.8
    measured = synthetic_steps.step(1, load.kind.value, 1, plan, rate)
    return KeptStep(measured, read_step(measured, plan))


def replace_block(pattern: KeptStep, measured: Measured, activities: float) -> KeptStep:
    """
    The same step with so many activities in its window.
    """
    window = measured.worker_window
    assert window is not None
    counted = {**window.counters, "worker.activity_finished": activities}
    mine = replace(
        measured,
        window_seconds=BLOCK_SECONDS,
        worker_window=replace(window, counters=counted, seconds=BLOCK_SECONDS),
    )
    return KeptStep(mine, pattern.result)
