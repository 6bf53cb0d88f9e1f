"""
One look at the system under test: its /metrics pages, or its task queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.results.limit_facts import QueueRateLimit


@dataclass(frozen=True, slots=True)
class Scrape:
    """
    One look at a set of /metrics pages.

    Attributes:
        at: Unix time of the look.
        pages: Filtered text of each page by the endpoint's name, to be kept with the step.
        cost_seconds: Time spent fetching and filtering.
    """

    at: float
    pages: Mapping[str, str]
    cost_seconds: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """
    What DescribeTaskQueue says: tasks waiting, age of the oldest, and who polls.

    Attributes:
        activity_tasks, workflow_tasks: Tasks waiting.
        age_seconds: Age of the oldest of both.
        activity_pollers, workflow_pollers: Identity -> unix time of its last poll.
        rate_limit: Of activities; ``None`` where the server does not say.
        idle: Why new workflows reach none of the pollers; ``None`` where they may.
    """

    activity_tasks: int
    workflow_tasks: int
    age_seconds: float
    activity_pollers: Mapping[str, float]
    workflow_pollers: Mapping[str, float]
    rate_limit: QueueRateLimit | None = None
    idle: str | None = None
