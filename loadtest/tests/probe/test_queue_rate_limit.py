"""
A task queue's rate limit, as the server describes it.
"""

from __future__ import annotations

import pytest
from temporalio.api.enums.v1 import RateLimitSource
from temporalio.api.taskqueue.v1 import TaskQueueStats
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from loadtest.probe.task_queue import rate_limit
from loadtest.results.resource_use import QueueRateLimit


def _described(source: RateLimitSource.ValueType, *, holds_back: bool) -> DescribeTaskQueueResponse:
    return DescribeTaskQueueResponse(
        effective_rate_limit=DescribeTaskQueueResponse.EffectiveRateLimit(
            requests_per_second=20.0, rate_limit_source=source
        ),
        stats=TaskQueueStats(rate_limiting_active=holds_back),
    )


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (RateLimitSource.RATE_LIMIT_SOURCE_API, "api"),
        (RateLimitSource.RATE_LIMIT_SOURCE_WORKER, "worker"),
        (RateLimitSource.RATE_LIMIT_SOURCE_SYSTEM, "system"),
    ],
    ids=["api", "worker", "system"],
)
@pytest.mark.parametrize("holds_back", [True, False])
def test_a_limit_is_told_with_who_set_it(
    source: RateLimitSource.ValueType, name: str, *, holds_back: bool
) -> None:
    """And with whether it holds tasks back at the moment."""
    assert rate_limit(_described(source, holds_back=holds_back)) == QueueRateLimit(20.0, name, holds_back)


def test_a_server_that_names_no_limit_has_none_that_is_known() -> None:
    """As an older one, whose answer lacks it: nobody set a limit of 0."""
    assert rate_limit(DescribeTaskQueueResponse()) is None
