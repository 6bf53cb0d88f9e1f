"""
Looks at what may hit a running step from outside: errors and restarts of the server, lost replicas, the machine.

A failed look is a gap in words; it never ends the step, and is never a zero.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loadtest.errors import CounterResetError, LoadtestError, MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import Ports
from loadtest.results.disturbance import OutsideLook
from loadtest.results.measured_step import Replica
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import MachineTimes
from loadtest.results.scrape import Scrape

# A look at the server's page costs 51 ms of CPU, here and in the server: 1 % of a core.
LOOK_SECONDS = 5
# Looks are half a second off the whole seconds, at which the window begins and ends and the timeline is read.
_PHASE_SECONDS = 0.5


@dataclass(slots=True)
class OutsideWatch:
    """
    Watches the surroundings of one step.

    Attributes:
        ports: Target and probes that are looked at.
        replicas: Replicas that must stay unchanged.
        start_at: Unix time at which the first arrival is due.
        clock: Clock of the experiment.
        looks: What was seen, in order.
        gaps: What could not be seen, in words.
    """

    ports: Ports
    replicas: Sequence[Replica]
    start_at: float
    clock: Clock
    looks: list[OutsideLook] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    _server: Scrape | None = None
    _starts: Mapping[str, float] = field(default_factory=dict)
    _stall: float = 0.0
    _last_at: float | None = None

    async def run(self) -> None:
        """
        Wake every second, which detects a machine that stands still, and look every five seconds, until cancelled.
        """
        await self.look()
        while True:
            for _ in range(LOOK_SECONDS):
                now = self.clock.now()
                wait = 1.0 - (now - self.start_at - _PHASE_SECONDS) % 1.0
                await self.clock.sleep(wait)
                self._stall = max(self._stall, self.clock.now() - now - wait)
            await self.look()

    async def look(self) -> None:
        """
        Look once at what may hit the step from outside.
        """
        at = self.clock.now() - self.start_at
        restarts, counted = await self._look_at_server()
        self.looks.append(
            OutsideLook(
                at=at,
                seconds=0.0 if self._last_at is None else at - self._last_at,
                counted_seconds=None if counted is None else counted.seconds,
                refused=_most_of(counted, "server.resource_exhausted", "server.persistence_exhausted"),
                server_errors=_most_of(counted, "server.service_errors"),
                database_errors=_most_of(counted, "server.persistence_errors"),
                restarts=(*restarts, *await self._started_anew()),
                lost=await self._lost(),
                stall_seconds=self._stall,
                machine=await self._machine(),
            )
        )
        self._last_at, self._stall = at, 0.0

    async def _look_at_server(self) -> tuple[tuple[str, ...], Difference | None]:
        try:
            pages = await self.ports.target.server_pages()
            seen = await self.ports.metrics.scrape(pages, "server") if pages else None
        except LoadtestError as error:
            self.gaps.append(f"a look at the server's page between the edges failed: {error}")
            return (), None
        before, self._server = self._server, seen
        if seen is None or before is None:
            return (), None
        if gone := before.pages.keys() - seen.pages.keys():
            return (f"the server's {', '.join(sorted(gone))} is another process",), None
        shared = Scrape(seen.at, {name: seen.pages[name] for name in before.pages}, seen.cost_seconds)
        try:
            return (), await asyncio.to_thread(self.ports.metrics.difference, before, shared, "server")
        except CounterResetError as error:
            return (str(error),), None
        except MeasurementError as error:
            self.gaps.append(f"a look at the server's page between the edges could not be read: {error}")
            return (), None

    async def _started_anew(self) -> tuple[str, ...]:
        """
        Return what happened to the processes of the server and of its database since the look before.
        """
        try:
            seen = await self.ports.target.server_starts()
        except LoadtestError as error:
            self.gaps.append(f"a look at when server and database were started failed: {error}")
            return ()
        before, self._starts = self._starts, {**self._starts, **seen}
        return tuple(
            f"{name} was started anew" if name in seen else f"{name} ended"
            for name, started in sorted(before.items())
            if seen.get(name) != started
        )

    async def _lost(self) -> tuple[str, ...]:
        try:
            alive = {(one.identity, one.pid, one.started_at) for one in await self.ports.target.alive()}
        except LoadtestError as error:
            self.gaps.append(f"a look at the replicas between the edges failed: {error}")
            return ()
        return tuple(
            one.identity for one in self.replicas if (one.identity, one.pid, one.started_at) not in alive
        )

    async def _machine(self) -> MachineTimes | None:
        try:
            return await self.ports.target.machine_times()
        except LoadtestError as error:
            self.gaps.append(f"a look at the machine between the edges failed: {error}")
            return None


def _most_of(counted: Difference | None, *keys: str) -> dict[str, float]:
    """
    Return counts by label; where several counters tell of the same events, the largest is taken, not the sum.
    """
    most: dict[str, float] = {}
    if counted is None:
        return most
    for key in keys:
        for name, number in counted.by_label.get(key, {}).items():
            most[name] = max(number, most.get(name, 0.0))
    return most
