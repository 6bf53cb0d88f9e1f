"""
Workers of the faked system, as they speak of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fake_system import FakeSystem

from loadtest.errors import MeasurementError
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts

# How long a page that does not answer is waited for.
PAGE_SECONDS = 1.5


@dataclass
class FakeWorkers:
    """
    Workers that say their slots, half of them in use, and their polls.
    """

    system: FakeSystem

    async def names(self, replicas: Sequence[Replica]) -> Mapping[str, frozenset[str]]:
        """Each is called as its replica."""
        return {replica.identity: frozenset({replica.identity}) for replica in replicas}

    async def other_queues(self, replicas: Sequence[Replica]) -> Sequence[str]:
        """None: they poll the one under test, or nothing."""
        return ()

    async def facts(self, replicas: Sequence[Replica]) -> Sequence[WorkerFacts]:
        """All of them alike, or nothing but a first heartbeat."""
        system = self.system
        if system.is_away("workers"):
            raise MeasurementError("the server's list of workers cannot be read")
        return [self._of(replica) for replica in replicas]

    def _of(self, replica: Replica) -> WorkerFacts:
        system, now = self.system, self.system.clock.now()
        if system.slots is None or now < system.beats_at:
            return WorkerFacts(
                replica.identity,
                first_beat=now < system.beats_at,
                shows_main=system.shows_main,
                why="it does not say",
            )
        processes = system.processes if now >= self._listed_at(replica) else 1
        silent = replica is system.replicas[-1] and system.is_past(system.silent_at)
        silent_for = system.silent_for if silent else None
        return WorkerFacts(
            replica.identity,
            "page",
            now,
            activity_slots=processes * system.slots - (system.miscounted[0] <= now < system.miscounted[1]),
            activity_slots_used=system.slots // 2,
            workflow_slots=100,
            workflow_slots_used=1,
            activity_pollers=0 if silent_for == "activity" else 5,
            workflow_pollers=0 if silent_for == "workflow" else 5,
            shows_main=system.shows_main,
            started_at=self._started_at(replica),
            processes=processes,
            group_size=system.group_size,
            shares_page=system.shares_page,
        )

    def _listed_at(self, replica: Replica) -> float:
        return max(self.system.processes_at, replica.started_at + self.system.processes_after)

    def _started_at(self, replica: Replica) -> float:
        system = self.system
        if replica is system.replicas[0] and system.is_past(system.supervised_at):
            return system.clock.now() - system.second + (system.supervised_at or 0.0)
        return replica.started_at

    async def looks(self, replicas: Sequence[Replica]) -> Mapping[str, WorkerFacts | None]:
        """The last replica is stopped or silent from its second on."""
        system = self.system
        found: dict[str, WorkerFacts | None] = {facts.replica: facts for facts in await self.facts(replicas)}
        if system.is_past(system.stopped_at):
            await system.clock.sleep(PAGE_SECONDS)
            found[system.replicas[-1].identity] = None
        return found
