"""
Workers of known answer as a watch sees them: their polls, free slots and tasks taken at each look, event by event.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial

import numpy as np

from loadtest.analysis.rules.silent_replicas import KindLook, PollingLook, why_silent
from loadtest.experiment.sampled_worker_pages import MOST_PAGES
from loadtest.experiment.worker_watch import LOOK_SECONDS

# What a page that does not answer is waited for.
PAGE_SECONDS = 1.5
LONG_POLL_SECONDS = 60.0
# A beat that is so many of its intervals old, and a second, is of a worker that has died.
STALE_INTERVALS = 1.5
# Before the first look.
WORKED_SECONDS = 65.0
_WELL = KindLook(5, 99)
Looks = list[tuple[float, PollingLook | None]]


class Silence(Enum):
    """
    How a replica falls silent.
    """

    ASKS_FOR_NOTHING = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class PolledWorker:
    """
    A worker and how it is looked at.

    Attributes:
        arrivals_per_second: Tasks that the queue has for it.
        slots, pollers: Its own.
        task_seconds: Mean of its exponential tasks.
        round_trip_seconds: Mean time in which a poller has no poll out between two polls.
        limit_per_second: Its own rate limit; ``None`` is none.
        lost_looks: Share of looks that fail.
        stall_every_seconds, stall_seconds: How often its page stops to answer, and for how long; 0 never.
        beat_seconds: Interval of the heartbeats by which alone it is seen; ``None`` is seen by its page.
        tells_taken: Whether it says how many tasks it took.
    """

    arrivals_per_second: float = 8.0
    slots: int = 4
    pollers: int = 5
    task_seconds: float = 0.25
    round_trip_seconds: float = 0.005
    limit_per_second: float | None = None
    lost_looks: float = 0.0
    stall_every_seconds: float = 0.0
    stall_seconds: float = 0.0
    beat_seconds: float | None = None
    tells_taken: bool = True


@dataclass(slots=True)
class _Process:
    """
    The worker's pollers and slots on a clock of their own.
    """

    worker: PolledWorker
    draws: np.random.Generator
    used: int = 0
    taken: int = 0
    is_silent: bool = False
    _waiting: int = 0
    _going: int = 0
    _idle: int = 0
    _next_token: float = 0.0
    _out: dict[int, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(self.worker.pollers):
            self._begin(0.0)
        self._arrive_later(0.0)

    def run_until(self, until: float) -> KindLook:
        """
        Go on to a moment, and say how it stands.
        """
        while self._events and self._events[0][0] <= until:
            at, _, happens = heapq.heappop(self._events)
            happens(at)
        taken = self.taken if self.worker.tells_taken else None
        return KindLook(len(self._out), self.worker.slots - self.used, taken)

    def fall_silent(self) -> None:
        """
        Take all polls back and never poll again; what it has begun it ends.
        """
        self.is_silent = True
        self._out.clear()

    def _later(self, at: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), happens))

    def _arrive_later(self, at: float) -> None:
        self._later(at + self.draws.exponential(1 / self.worker.arrivals_per_second), self._arrive)

    def _arrive(self, at: float) -> None:
        self._arrive_later(at)
        if self._out:
            del self._out[next(iter(self._out))]
            self._take(at)
        else:
            self._waiting += 1

    def _take(self, at: float) -> None:
        self.used, self.taken = self.used + 1, self.taken + 1
        self._later(at + self.draws.exponential(self.worker.task_seconds), self._end)
        self._begin(at)

    def _end(self, at: float) -> None:
        self.used -= 1
        if self._idle:
            self._idle -= 1
            self._begin(at)

    def _begin(self, at: float) -> None:
        """
        Let a poller poll as soon as it has a slot for what comes, and its rate limit lets it.
        """
        if self.used + len(self._out) + self._going >= self.worker.slots:
            self._idle += 1
            return
        self._going += 1
        wait = self.draws.exponential(self.worker.round_trip_seconds)
        if self.worker.limit_per_second is not None:
            begin = max(at, self._next_token)
            self._next_token = begin + 1 / self.worker.limit_per_second
            wait += begin - at
        self._later(at + wait, self._poll)

    def _poll(self, at: float) -> None:
        self._going -= 1
        if self.is_silent:
            return
        if self._waiting:
            self._waiting -= 1
            self._take(at)
            return
        poll = next(self._numbers)
        self._out[poll] = at
        self._later(at + LONG_POLL_SECONDS, partial(self._expire, poll))

    def _expire(self, poll: int, at: float) -> None:
        if self._out.pop(poll, None) is not None:
            self._begin(at)


def looks_at(
    worker: PolledWorker,
    seconds: float,
    draws: np.random.Generator,
    *,
    silence: Silence | None = None,
    silent_at: float = math.inf,
    replicas: int = 1,
) -> Looks:
    """
    Return what a watch of so many seconds sees of one replica.

    Args:
        worker: What it is like.
        seconds: From second 0, before which the worker has worked for a while, to the last look.
        draws: Of everything.
        silence, silent_at: How it falls silent, and in which second.
        replicas: Among how many it is looked at in turn.
    """
    process = _Process(worker, draws)
    every = LOOK_SECONDS * math.ceil(replicas / MOST_PAGES)
    first, stall = (float(draws.uniform(0, span)) for span in (every, worker.stall_every_seconds or 1.0))
    beat = float(draws.uniform(0, worker.beat_seconds or 1.0))
    looks: Looks = []
    for at in np.arange(first, seconds, every).tolist():
        seen = at
        if worker.beat_seconds is not None:
            beats_until = min(at, silent_at) if silence is Silence.STOPPED else at
            seen = beat + (beats_until - beat) // worker.beat_seconds * worker.beat_seconds
            if at - seen > STALE_INTERVALS * worker.beat_seconds + 1:
                looks.append((at, None))
                continue
        elif (silence is Silence.STOPPED and at >= silent_at) or _fails(worker, at, stall, draws):
            looks.append((at, None))
            continue
        if looks and looks[-1][0] >= seen:
            continue
        if silence is Silence.ASKS_FOR_NOTHING and seen >= silent_at and not process.is_silent:
            process.run_until(WORKED_SECONDS + silent_at)
            process.fall_silent()
        looks.append((seen, PollingLook(process.run_until(WORKED_SECONDS + seen), _WELL)))
    return looks


def _fails(worker: PolledWorker, at: float, stall: float, draws: np.random.Generator) -> bool:
    stalls = worker.stall_seconds > 0 and (at - stall) % worker.stall_every_seconds < worker.stall_seconds
    return stalls or draws.random() < worker.lost_looks


def is_named(looks: Looks) -> bool:
    """
    Tell whether a replica is named at some look.
    """
    return why_silent("w", looks) is not None


def seconds_to_name(looks: Looks, silent_at: float) -> float | None:
    """
    Return how long after its silence a replica is named; ``None`` if it never is.
    """
    for number, (at, look) in enumerate(looks, 1):
        if at >= silent_at and is_named(looks[:number]):
            return at - silent_at + (PAGE_SECONDS if look is None else 0.0)
    return None
