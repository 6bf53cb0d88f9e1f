"""
Blocks of a comparison on a simulated system: kept steps whose counts come from events, not from a formula.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import synthetic
from event_system import EventSystem, Traits
from known_system import ACTIVITIES, WORK

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.compare import Compare
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured

BLOCK_SECONDS, CHANGE_OVER_SECONDS = 10.0, 4.0


@dataclass(slots=True)
class ComparedSystem:
    """
    One replica whose activities take longer under setting B, on a machine whose speed walks from block to block.

    Attributes:
        plan: Of the comparison.
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
            done = self._activities(
                1000 * self.seed + asked.key.repetition, int(chance.integers(1 << 30)), stretch
            )
            kept.append(replace_block(pattern, replace(pattern.measured, key=asked.key), done))
        return kept, asked

    def _activities(self, draws: int, luck: int, stretch: float) -> int:
        system = EventSystem(Traits(1, partitions=4), luck)
        seconds = CHANGE_OVER_SECONDS + BLOCK_SECONDS
        system.saturate(8, WORK["uniform"].draw(draws, 100, ACTIVITIES) * stretch, seconds)
        ended = np.array(system.record.started) + np.array(system.record.held)
        return int(((ended >= CHANGE_OVER_SECONDS) & (ended < seconds)).sum())


def kept_block(plan: Plan) -> KeptStep:
    """
    A saturated step of one replica, for its form.
    """
    measured = synthetic.step(1, "saturate", 1, plan)
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
