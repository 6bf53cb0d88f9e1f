"""
Workers and a partitioned queue as one event after the other: a system to be measured, not a model of one.

It shares no code with the twin and has what the twin has not: partitions, pollers that wait at one of them, hand-over
that takes longer when all are busy, retries, pauses of a whole replica, jitter, slots that slow each other.
"""

from __future__ import annotations

import bisect
import heapq
import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTER, END, FREE = range(3)


@dataclass(frozen=True, slots=True)
class Traits:
    """
    What makes a system.

    Attributes:
        replicas, slots: Workers, and slots of each.
        overhead_seconds, jitter_seconds: Mean time in the slot beyond the work, and the mean of its random part.
        dead_seconds: Mean time from a slot's end to its next poll.
        gap_seconds, gap_jitter_seconds: From an activity's end to the next one's entry: fixed part, mean of the rest.
        newest_first: Share of the choices that take the newest of a partition; negative: the oldest.
        partitions: Of the queue.
        contention: How much slower a slot is when all are busy.
        retried: Share of the attempts that fail.
        pause_every_seconds, pause_seconds: Mean time between pauses of a replica, and their length; 0 for none.
    """

    replicas: int
    slots: int = 4
    overhead_seconds: float = 0.007
    jitter_seconds: float = 0.003
    dead_seconds: float = 0.004
    gap_seconds: float = 0.008
    gap_jitter_seconds: float = 0.004
    newest_first: float = 0.45
    partitions: int = 1
    contention: float = 0.0
    retried: float = 0.0
    pause_every_seconds: float = 0.0
    pause_seconds: float = 0.0


@dataclass(slots=True)
class Record:
    """
    Every attempt that started: when, after which wait, for how long, with which work, and when it will end.
    """

    started: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    closed: list[float] = field(default_factory=list)
    end_to_end: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)

    def arrays(self) -> dict[str, NDArray[np.float64]]:
        """
        All columns as arrays.
        """
        return {name: np.array(getattr(self, name)) for name in self.__slots__}


class EventSystem:
    """
    The system while it runs; loads follow each other without a drain.
    """

    def __init__(self, traits: Traits, seed: int) -> None:
        self.traits = traits
        self.now = 0.0
        self.record = Record()
        self._chance = random.Random(seed)
        self._events: list[tuple[float, int, int, Any]] = []
        self._number = 0
        self._arrivals: deque[tuple[float, list[float]]] = deque()
        self._backlogs: list[list[tuple[float, list[float], int, float]]] = [
            [] for _ in range(traits.partitions)
        ]
        self._waiting = 0
        self._pollers: list[tuple[int, int]] = []
        self._busy = 0
        self._pauses = [self._draw_pauses() for _ in range(traits.replicas)]
        for replica in range(traits.replicas):
            for _ in range(traits.slots):
                self._pollers.append((replica, self._chance.randrange(traits.partitions)))

    def load(self, arrivals: Sequence[float], draws: NDArray[np.float64]) -> None:
        """
        Let orders arrive, in seconds from now.
        """
        rows = draws[: len(arrivals)].tolist()
        self._arrivals.extend((self.now + at, work) for at, work in zip(arrivals, rows, strict=True))

    def run(self, seconds: float, supply: Sequence[list[float]] | None = None) -> None:
        """
        Go on; with a supply every order that closes is followed by another of it.
        """
        until = self.now + seconds
        upcoming = iter(supply or ())
        events, arrivals = self._events, self._arrivals
        while True:
            event = events[0][0] if events else math.inf
            if arrivals and arrivals[0][0] <= event:
                if arrivals[0][0] >= until:
                    break
                self.now, work = arrivals.popleft()
                self._enter((self.now, work, 0, self.now))
                continue
            if event >= until:
                break
            self.now, _, kind, data = heapq.heappop(events)
            if kind == ENTER:
                self._enter(data)
            elif kind == FREE:
                self._poll(data)
            else:
                self._end(data, upcoming if supply is not None else None)
        self.now = until

    def saturate(self, in_flight: int, draws: NDArray[np.float64], seconds: float) -> None:
        """
        Hold orders in flight for some seconds and leave them open.
        """
        rows = draws.tolist()
        self.load([0.0] * in_flight, draws[:in_flight])
        self.run(seconds, rows[in_flight:])

    def _add(self, time: float, kind: int, data: Any) -> None:
        self._number += 1
        heapq.heappush(self._events, (time, self._number, kind, data))

    def _enter(self, task: tuple[float, list[float], int, float]) -> None:
        partition = self._chance.randrange(self.traits.partitions)
        if self._pollers:
            near = [i for i, (_, at) in enumerate(self._pollers) if at == partition]
            index = self._chance.choice(near) if near else self._chance.randrange(len(self._pollers))
            replica, _ = self._pollers.pop(index)
            self._start(task, replica, forwarded=not near)
        else:
            self._backlogs[partition].append(task)
            self._waiting += 1

    def _poll(self, replica: int) -> None:
        partition = self._chance.randrange(self.traits.partitions)
        if not self._waiting:
            self._pollers.append((replica, partition))
            return
        near = self._backlogs[partition]
        forwarded = not near
        backlog = near or self._chance.choice([line for line in self._backlogs if line])
        if self._chance.random() < abs(self.traits.newest_first):
            task = backlog.pop(-1 if self.traits.newest_first > 0 else 0)
        else:
            task = backlog.pop(self._chance.randrange(len(backlog)))
        self._waiting -= 1
        self._start(task, replica, forwarded)

    def _start(self, task: tuple[float, list[float], int, float], replica: int, forwarded: bool) -> None:
        traits, chance = self.traits, self._chance
        entered, work, index, arrived = task
        self._busy += 1
        share = self._busy / (traits.replicas * traits.slots)
        began = self.now + (0.002 if forwarded else 0.0)
        held = work[index] * (1 + traits.contention * share) + traits.overhead_seconds - traits.jitter_seconds
        held += chance.expovariate(1 / traits.jitter_seconds)
        end = self._without_pauses(replica, began, began + held)
        self.record.started.append(began)
        self.record.waits.append(began - entered)
        self.record.held.append(end - began)
        self.record.work.append(work[index])
        self._add(end, END, (replica, work, index, arrived))

    def _end(self, data: tuple[int, list[float], int, float], upcoming: Iterator[list[float]] | None) -> None:
        traits, chance = self.traits, self._chance
        replica, work, index, arrived = data
        self._busy -= 1
        self._add(self.now + chance.expovariate(1 / traits.dead_seconds), FREE, replica)
        gap = traits.gap_seconds + chance.expovariate(1 / traits.gap_jitter_seconds)
        if traits.retried and chance.random() < traits.retried:
            self._add(self.now + 0.2, ENTER, (self.now + 0.2, work, index, arrived))
        elif index + 1 < len(work):
            self.record.gaps.append(gap)
            self._add(self.now + gap, ENTER, (self.now + gap, work, index + 1, arrived))
        else:
            self.record.closed.append(self.now)
            self.record.end_to_end.append(self.now - arrived)
            following = next(upcoming, None) if upcoming is not None else None
            if following is not None:
                self._add(self.now + gap, ENTER, (self.now + gap, following, 0, self.now + gap))

    def _draw_pauses(self) -> list[float]:
        if not self.traits.pause_every_seconds:
            return []
        count = int(120_000 / self.traits.pause_every_seconds)
        times = [self._chance.uniform(0, 120_000) for _ in range(count)]
        return sorted(times)

    def _without_pauses(self, replica: int, start: float, end: float) -> float:
        pauses, length = self._pauses[replica], self.traits.pause_seconds
        index = bisect.bisect_left(pauses, start - length)
        while index < len(pauses) and pauses[index] < end:
            end += pauses[index] + length - max(start, pauses[index])
            index += 1
        return end
