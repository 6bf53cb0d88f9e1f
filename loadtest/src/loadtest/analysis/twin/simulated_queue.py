"""
Simulates a queue of activities and its slots; its state stays from one load to the next.

A task's end is known when it starts, so it needs no event: only two heaps are kept in order, one of entries and one of
slots.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.work_distribution import Draws

Times = NDArray[np.float64]
Rows = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Observed:
    """
    What a span of simulated time showed; all times in seconds since the queue began.

    Attributes:
        started: When each task started, not in order.
        waits: How long each of these tasks had waited.
        closed: When each order closed, not in order; orders that close after the span are included.
        end_to_end: Seconds from each of these orders' arrival to its close.
    """

    started: Times
    waits: Times
    closed: Times
    end_to_end: Times


# Time at which it enters, serial number, work of its order, its index there, arrival of the order, and the join of its
# stage: number of the stage's tasks that have not started yet, and the latest end of the others.
_Task = tuple[float, int, Sequence[float], int, float, list[float] | None]


@dataclass(slots=True)
class SimulatedQueue:
    """
    A running simulation.

    Attributes:
        model: The simulated system; a model set between two calls is used for the tasks that start later.
        luck_seed: Seed of what the orders do not decide: which task is next.
        now: Seconds simulated so far.
    """

    model: QueueModel
    luck_seed: int = 1
    now: float = 0.0
    _luck: random.Random = field(init=False)
    _slots: list[float] = field(init=False)
    _entries: list[_Task] = field(default_factory=list)
    _waiting: list[_Task] = field(default_factory=list)
    _serial: int = 0

    def __post_init__(self) -> None:
        self._luck = random.Random(self.luck_seed)
        self._slots = [self.now] * self.model.slots

    def offer(self, arrivals: Sequence[float], draws: Draws, seconds: float) -> Observed:
        """
        Simulate some seconds under an open load.

        Args:
            arrivals: When each order arrives, in seconds from now, rising; orders after the end are left out.
            draws: Work of each order's activities in seconds, one row per order.
            seconds: Length of the simulated time.
        """
        if len(draws) < len(arrivals):
            raise ValueError(f"{len(arrivals)} arrivals, but draws for {len(draws)} orders")
        # Often only the first seconds of a schedule for minutes are needed.
        offered = bisect.bisect_left(arrivals, seconds)
        return self._run(zip(arrivals, draws[:offered].tolist(), strict=False), seconds, None)

    def saturate(self, in_flight: int, draws: Draws | Rows, seconds: float) -> Observed:
        """
        Simulate an empty queue for some seconds under a closed load, whose orders stay open at the end.

        Args:
            in_flight: Number of orders that are open at all times.
            draws: Work of each order's activities in seconds, one row per order; used again from the start when all are
                used. Given as rows where many queues get the same draws: turning an array into rows may take longer
                than the simulation.
            seconds: Length of the simulated time.
        """
        if self._entries or self._waiting or not len(draws):
            raise ValueError("a closed load begins on an empty queue and needs the draws of an order")
        supply = itertools.cycle(draws.tolist() if isinstance(draws, np.ndarray) else draws)
        return self._run([(0.0, next(supply)) for _ in range(in_flight)], seconds, supply)

    def _run(
        self,
        orders: Iterable[tuple[float, Sequence[float]]],
        seconds: float,
        supply: Iterator[Sequence[float]] | None,
    ) -> Observed:
        # One loop without calls: it runs a million times before each step.
        origin, until, model = self.now, self.now + seconds, self.model
        slots, entries, waiting, serial = self._slots, self._entries, self._waiting, self._serial
        chance, push, pop, take = self._luck.random, heapq.heappush, heapq.heappop, heapq.heapreplace
        overhead, slowness = model.overhead_seconds, model.slowness
        dead, gap = model.dead_seconds, model.gap_seconds
        share, end_of_line = abs(model.newest_first_ratio), -1 if model.newest_first_ratio > 0 else 0
        after = _stages_after(model.shape)
        started: list[float] = []
        waits: list[float] = []
        closed: list[float] = []
        lasted: list[float] = []
        width = model.shape[0]
        upcoming = iter(orders)
        arrival, work = next(upcoming, _NO_ORDER)
        arrival += origin
        while True:
            entry = entries[0][0] if entries else math.inf
            if waiting and slots[0] <= entry and slots[0] <= arrival:
                now = slots[0]
                if now >= until:
                    break
                line = len(waiting)
                if line == 1:
                    task = waiting.pop()
                elif share and chance() < share:
                    task = waiting.pop(end_of_line)
                else:
                    task = waiting.pop(int(chance() * line))
            else:
                if arrival <= entry:
                    if arrival >= until:
                        break
                    join = [width, 0.0] if width > 1 else None
                    task = (arrival, serial, work, 0, arrival, join)
                    for place in range(1, width):
                        serial += 1
                        push(entries, (arrival, serial, work, place, arrival, join))
                    arrival, work = next(upcoming, _NO_ORDER)
                    arrival += origin
                elif entry >= until:
                    break
                else:
                    task = pop(entries)
                now = task[0]
                if slots[0] > now:
                    waiting.append(task)
                    continue
            queued, _, its_work, place, arrived, join = task
            end = now + (its_work[place] + overhead) * slowness
            take(slots, end + dead)
            started.append(now)
            waits.append(now - queued)
            if join is not None:
                join[0] -= 1
                join[1] = end = max(join[1], end)
                if join[0]:
                    continue
            upper, its_width = after[place]
            if not its_width:
                closed.append(end)
                lasted.append(end - arrived)
                if supply is None or end + gap >= until:
                    continue
                its_work, arrived, upper, its_width = next(supply), end + gap, 0, width
            if its_width == 1:
                serial += 1
                push(entries, (end + gap, serial, its_work, upper, arrived, None))
                continue
            join = [its_width, 0.0]
            for place in range(upper, upper + its_width):
                serial += 1
                push(entries, (end + gap, serial, its_work, place, arrived, join))
        self._serial, self.now = serial, until
        return Observed(np.array(started), np.array(waits), np.array(closed), np.array(lasted))


_NO_ORDER: tuple[float, Sequence[float]] = (math.inf, ())


def _stages_after(shape: Sequence[int]) -> list[tuple[int, int]]:
    """
    Return for each activity of an order where the stage after its own begins, and how wide that stage is; 0 after the
    last.
    """
    ends = itertools.accumulate(shape)
    return [
        (end, following)
        for width, end, following in zip(shape, ends, (*shape[1:], 0), strict=True)
        for _ in range(width)
    ]
