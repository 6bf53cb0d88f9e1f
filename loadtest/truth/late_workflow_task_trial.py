"""
Shares of late workflow tasks on queues of known answer: how often windows of 20 s are decided wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loadtest.analysis.decisions.late_workflow_tasks import burst_of, judge_share
from loadtest.analysis.twin import ExponentialWork, QueueModel, SimulatedQueue
from loadtest.results.window_decision import Decided

WINDOW_SECONDS = 20
_TASKS = 200_000


@dataclass(frozen=True, slots=True)
class WorkflowTrials:
    """
    The decisions on the windows of one queue.

    Attributes:
        slots, busy, rate: Slots of the queue, share of them in use, and tasks per second.
        windows: Number of windows.
        wrong_met: Decisions "met" where 8 % are late in the long run.
        wrong_missed: Decisions "missed" where 3 % are late.
        right_met: Decisions "met" where 1 % are late.
    """

    slots: int
    busy: float
    rate: int
    windows: int
    wrong_met: int
    wrong_missed: int
    right_met: int


def workflow_queues() -> list[tuple[int, float, int]]:
    """
    Return slots, share of them in use and tasks per second of the queues tried.
    """
    return [
        (slots, busy, rate)
        for slots in (1, 4)
        for busy in (0.3, 0.5, 0.7, 0.9)
        for rate in (15, 60)
        # Below that hardly a task of four slots waits at all.
        if busy >= 0.5 or slots == 1
    ]


def workflow_trials(slots: int, busy: float, rate: int) -> WorkflowTrials:
    """
    Judge the windows of one queue.
    """
    work = ExponentialWork(busy * slots / rate)
    arrivals = np.cumsum(np.random.default_rng(1).exponential(1 / rate, _TASKS))
    seen = SimulatedQueue(QueueModel(slots=slots, shape=(1,))).offer(
        arrivals.tolist(), work.draw(2, _TASKS, 1), arrivals[-1]
    )
    waits = seen.waits[np.argsort(seen.started)]
    size = WINDOW_SECONDS * rate
    windows = waits[: len(waits) // size * size].reshape(-1, size)

    def told(late_ratio: float, answer: Decided) -> int:
        bound = np.quantile(waits, 1 - late_ratio)
        late = (windows > bound).sum(axis=1)
        return sum(judge_share(float(n), size, WINDOW_SECONDS, burst_of(busy)).answer is answer for n in late)

    return WorkflowTrials(
        slots,
        busy,
        rate,
        len(windows),
        told(0.08, Decided.MET),
        told(0.03, Decided.MISSED),
        told(0.01, Decided.MET),
    )
