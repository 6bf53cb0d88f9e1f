"""
What a faked server tells of its task queue, its workflows and their histories.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fake_system import FakeSystem

from loadtest.errors import MeasurementError
from loadtest.results.history_sample import HistorySample
from loadtest.results.resource_use import QueueRateLimit
from loadtest.results.scrape import Backlog, LeftOrders


@dataclass
class FakeQueue:
    """
    An empty queue that every replica polls.
    """

    system: FakeSystem

    @property
    def unanswered(self) -> str | None:
        """Why the last look is a gap."""
        return "UNAVAILABLE: connection refused" if self.system.is_away("queue") else None

    async def give_new_workflows(self, since: float) -> None:
        """Nobody has a version."""

    async def limit_activities(self, per_second: float | None) -> None:
        """The system keeps the limit."""
        self.system.queue_per_second = per_second

    async def look(self) -> Backlog | None:
        """A gap while it is away."""
        if self.system.is_away("queue"):
            return None
        now, polls = self.system.clock.now(), self.system.polls
        pollers = {replica.identity: now for replica in self.system.replicas} if polls else {}
        pollers |= {name: now for name in self.system.strangers}
        idle = {} if self.system.idle is None else dict.fromkeys(pollers, self.system.idle)
        limit = QueueRateLimit(4000.0, "system", active=False)
        polled = self.system.versions if now >= self.system.versions_at else frozenset[str]()
        versions = dict.fromkeys(pollers, polled)
        if self.system.strangers_version is not None:
            versions |= dict.fromkeys(self.system.strangers, frozenset({self.system.strangers_version}))
        return Backlog(
            self.system.waiting(), 0, 0.0, pollers, pollers, limit, idle, versions, self.system.shares
        )


@dataclass
class FakeOrders:
    """
    Workflows that the step before and other runs left open.
    """

    system: FakeSystem

    async def left(self) -> LeftOrders:
        """As the system says."""
        if self.system.is_away("orders"):
            raise MeasurementError("permission denied")
        return self.system.left()


@dataclass
class FakeHistories:
    """
    Histories whose waits are those of the pages.
    """

    system: FakeSystem

    async def sample(self, workflow_ids: Sequence[str]) -> HistorySample:
        """One wait each."""
        if self.system.is_away("histories"):
            raise MeasurementError("no history of order-1")
        read = len(workflow_ids)
        return HistorySample(
            read,
            (0.004,) * read,
            (0.003,) * read,
            self.system.elsewhere,
            left_children=self.system.left_children,
        )
