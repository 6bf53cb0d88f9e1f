"""
What queueing theory expects of an activity queue, by simulating the very arrivals of a step.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Task:
    """
    One activity of a simulated workflow; times in seconds.
    """

    workflow: int
    index: int
    queued: float
    started: float
    ended: float

    @property
    def wait(self) -> float:
        """
        How long it was in the queue.
        """
        return self.started - self.queued


def simulate(
    arrivals: Iterable[float],
    services: Callable[[int], Sequence[float]],
    *,
    slots: int,
    between: float = 0.0,
    seed: int | None = None,
    next_start: Callable[[float], float | None] | None = None,
) -> list[Task]:
    """
    Run workflows of sequential activities through one queue with a number of slots.

    Args:
        arrivals: Times at which workflows start, increasing.
        services: Workflow number -> seconds that each of its activities takes.
        slots: Activities that run at the same time.
        between: Seconds from one activity's end to the next one's entry into the queue.
        seed: A freed slot takes a waiting task at random, as matching does, drawn from this seed;
            ``None`` takes the first come.
        next_start: Closed model: when the next workflow starts, given the time of a close.

    Returns:
        All tasks in the order in which they started.

    Source:
        A discrete-event simulation; a step's *mean* wait follows it within a few percent, its p95
        does not, as the order of service matters to that.
    """
    draw = None if seed is None else random.Random(seed)
    # (time, number, workflow, index): task `index` of the workflow enters the queue.
    entering = [(time, number, number, 0) for number, time in enumerate(arrivals)]
    heapq.heapify(entering)
    started_workflows = number = len(entering)
    plans: dict[int, Sequence[float]] = {}
    running: list[tuple[float, int, int, int]] = []
    waiting: list[tuple[float, int, int]] = []
    free = slots
    done: list[Task] = []
    while entering or running:
        next_entry = entering[0][0] if entering else math.inf
        next_end = running[0][0] if running else math.inf
        if next_end <= next_entry:
            now, _, workflow, index = heapq.heappop(running)
            free += 1
            number += 1
            if index + 1 < len(plans[workflow]):
                heapq.heappush(entering, (now + between, number, workflow, index + 1))
            elif next_start is not None and (start := next_start(now)) is not None:
                heapq.heappush(entering, (start, number, started_workflows, 0))
                started_workflows += 1
        else:
            now, _, workflow, index = heapq.heappop(entering)
            if index == 0:
                plans[workflow] = services(workflow)
            waiting.append((now, workflow, index))
        while free and waiting:
            queued, workflow, index = waiting.pop(draw.randrange(len(waiting)) if draw else 0)
            end = now + plans[workflow][index]
            number += 1
            heapq.heappush(running, (end, number, workflow, index))
            free -= 1
            done.append(Task(workflow, index, queued, now, end))
    return done


def mean_wait(tasks: Iterable[Task], start: float, end: float) -> float:
    """
    Return the mean wait of the tasks that started within a window.

    Raises:
        ValueError: None did.
    """
    waits = [task.wait for task in tasks if start <= task.started < end]
    if not waits:
        raise ValueError(f"no task started between {start:g} and {end:g} s")
    return math.fsum(waits) / len(waits)
