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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

ENTER, END, FREE = range(3)


# When a task entered, its order's work, its place there, when the order arrived, and how many of its stage have not ended;
# none where the stage has one.
_Task = tuple[float, list[float], int, float, list[int] | None]


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
        shape: How many activities each stage of an order runs side by side; empty: all one after the other.
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
    shape: tuple[int, ...] = ()


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
        self._backlogs: list[list[_Task]] = [[] for _ in range(traits.partitions)]
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
        # One loop over local names, as trials run millions of tasks; each draw is taken in the order of the events.
        traits, record = self.traits, self.record
        started, waits, held_slots, works = record.started, record.waits, record.held, record.work
        push, pop, log, inf = heapq.heappush, heapq.heappop, math.log, math.inf
        chance, bits = self._chance.random, self._chance.getrandbits
        partitions, slots, contention = traits.partitions, traits.replicas * traits.slots, traits.contention
        overhead, jitter, retried = traits.overhead_seconds, traits.jitter_seconds, traits.retried
        gap_seconds, after = traits.gap_seconds, _stages_after(traits.shape)
        first_width = traits.shape[0] if traits.shape else 1
        share, end_of_line = abs(traits.newest_first), -1 if traits.newest_first > 0 else 0
        per_jitter, per_dead, per_gap = 1 / jitter, 1 / traits.dead_seconds, 1 / traits.gap_jitter_seconds
        events, arrivals, backlogs, pollers = self._events, self._arrivals, self._backlogs, self._pollers
        number, busy, waiting, until = self._number, self._busy, self._waiting, self.now + seconds
        upcoming = iter(supply or ())
        while True:
            event = events[0][0] if events else inf
            if arrivals and arrivals[0][0] <= event:
                if arrivals[0][0] >= until:
                    break
                now, work = arrivals.popleft()
                join = [first_width] if first_width > 1 else None
                for place in range(1, first_width):
                    number += 1
                    push(events, (now, number, ENTER, (now, work, place, now, join)))
                kind, data = ENTER, (now, work, 0, now, join)
            elif event >= until:
                break
            else:
                now, _, kind, data = pop(events)
            if kind == END:
                replica, work, index, arrived, join = data
                busy -= 1
                number += 1
                push(events, (now - log(1.0 - chance()) / per_dead, number, FREE, replica))
                gap = gap_seconds - log(1.0 - chance()) / per_gap
                if retried and chance() < retried:
                    number += 1
                    push(events, (now + 0.2, number, ENTER, (now + 0.2, work, index, arrived, join)))
                    continue
                if join is not None:
                    join[0] -= 1
                    if join[0]:
                        continue
                index, width = after[index] if after else (index + 1, int(index + 1 < len(work)))
                entry = now + gap
                if width:
                    record.gaps.append(gap)
                else:
                    record.closed.append(now)
                    record.end_to_end.append(now - arrived)
                    following = next(upcoming, None)
                    if following is None:
                        continue
                    arrived, work, index, width = entry, following, 0, first_width
                join = [width] if width > 1 else None
                for place in range(index, index + width):
                    number += 1
                    push(events, (entry, number, ENTER, (entry, work, place, arrived, join)))
                continue
            partition = _below(partitions, bits)
            if kind == ENTER:
                if not pollers:
                    backlogs[partition].append(data)
                    waiting += 1
                    continue
                task = data
                near = [place for place, (_, at) in enumerate(pollers) if at == partition]
                replica, _ = pollers.pop(
                    near[_below(len(near), bits)] if near else _below(len(pollers), bits)
                )
                forwarded = not near
            else:
                replica = data
                if not waiting:
                    pollers.append((replica, partition))
                    continue
                backlog = backlogs[partition]
                forwarded = not backlog
                if forwarded:
                    filled = [line for line in backlogs if line]
                    backlog = filled[_below(len(filled), bits)]
                task = backlog.pop(end_of_line if chance() < share else _below(len(backlog), bits))
                waiting -= 1
            entered, work, index, arrived, join = task
            busy += 1
            began = now + 0.002 if forwarded else now
            held = work[index] * (1 + contention * (busy / slots)) + overhead - jitter
            end = began + (held - log(1.0 - chance()) / per_jitter)
            if self._pauses[replica]:
                end = self._without_pauses(replica, began, end)
            started.append(began)
            waits.append(began - entered)
            held_slots.append(end - began)
            works.append(work[index])
            number += 1
            push(events, (end, number, END, (replica, work, index, arrived, join)))
        self._number, self._busy, self._waiting, self.now = number, busy, waiting, until

    def saturate(self, in_flight: int, draws: NDArray[np.float64], seconds: float) -> None:
        """
        Hold orders in flight for some seconds and leave them open.
        """
        rows = draws.tolist()
        self.load([0.0] * in_flight, draws[:in_flight])
        self.run(seconds, rows[in_flight:])

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


def _stages_after(shape: Sequence[int]) -> list[tuple[int, int]]:
    """
    Return for each activity the first one of the stage after its own, and how many that stage has; none after the last.
    """
    found, first = [], 0
    for stage, width in enumerate(shape):
        first += width
        following = shape[stage + 1] if stage + 1 < len(shape) else 0
        found += [(first, following)] * width
    return found


def _below(bound: int, bits: Callable[[int], int]) -> int:
    # As random.Random.randrange, without its checks.
    width = bound.bit_length()
    drawn = bits(width)
    while drawn >= bound:
        drawn = bits(width)
    return drawn
