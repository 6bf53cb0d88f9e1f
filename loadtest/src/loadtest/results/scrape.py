"""
One look at the system under test: its /metrics pages, its task queue, or its open orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from loadtest.results.resource_use import QueueRateLimit


@dataclass(frozen=True, slots=True)
class Scrape:
    """
    One look at a set of /metrics pages.

    Attributes:
        at: Unix time of the look.
        pages: Filtered text of each page by the endpoint's name, to keep it with the step.
        cost_seconds: Time spent fetching and filtering.
    """

    at: float
    pages: Mapping[str, str]
    cost_seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """
    What DescribeTaskQueue tells: waiting tasks, age of the oldest, and the pollers.

    Attributes:
        activity_tasks, workflow_tasks: Number of waiting tasks; ``None`` where the server does not tell it.
        age_seconds: Age of the oldest task in both queues; ``None`` where the server does not tell it.
        activity_pollers, workflow_pollers: Unix time of each poller's last poll, by its identity.
        rate_limit: Rate limit of the activities; ``None`` where the server does not tell it.
        idle: Pollers that get no new workflows, by identity, and why: their version is not current.
        versions: Versions for which each poller polls for workflow tasks, in words, by its identity; workers of one process
            share one.
        shares: Share of the new workflows that each version gets, in words, while a ramp divides them; empty without a ramp.
    """

    activity_tasks: int | None
    workflow_tasks: int | None
    age_seconds: float | None
    activity_pollers: Mapping[str, float]
    workflow_pollers: Mapping[str, float]
    rate_limit: QueueRateLimit | None = None
    idle: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def tasks(self) -> int | None:
        """
        Number of waiting tasks in both queues; ``None`` where the server does not tell it.
        """
        if self.activity_tasks is None or self.workflow_tasks is None:
            return None
        return self.activity_tasks + self.workflow_tasks

    def versions_polled(self, counts: Callable[[str, float], bool]) -> frozenset[str]:
        """
        Return the versions of the pollers that count, by their identity and the Unix time of their last poll for workflow tasks.
        """
        return frozenset[str]().union(
            *(
                self.versions.get(identity, ())
                for identity, at in self.workflow_pollers.items()
                if counts(identity, at)
            )
        )


@dataclass(frozen=True, slots=True)
class LeftOrders:
    """
    Orders that are open while no step runs.

    Attributes:
        mine: Those of the present run.
        others: Those of other runs.
    """

    mine: int = 0
    others: int = 0
