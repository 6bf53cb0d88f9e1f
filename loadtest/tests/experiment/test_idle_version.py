"""
A step whose workers are of a version that gets no workflow.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.errors import TargetError
from loadtest.experiment.readiness import why_idle
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog

B1, B2 = "b1@host", "b2@host"
WHY = "new workflows go to version b1 of bakery"


async def test_workers_of_a_version_that_gets_nothing_end_the_step_with_that(system: FakeSystem) -> None:
    """A longer drain, which open workflows are told to want, would change nothing."""
    system.idle = "new workflows go to version b2 of bakery"

    with pytest.raises(TargetError, match="no workflow was taken: new workflows go to version b2"):
        await carry_out(system)


@pytest.mark.parametrize(
    ("pollers", "idle", "expected"),
    [
        pytest.param({B2: 1_001.0}, {B2: WHY}, WHY, id="of-a-version-that-is-not-current"),
        pytest.param({B2: 1_001.0}, {}, None, id="of-the-current-one"),
        pytest.param({B1: 990.0, B2: 1_001.0}, {B2: WHY}, WHY, id="after-workers-of-the-current-one-ended"),
        pytest.param({B1: 1_030.0, B2: 1_001.0}, {B2: WHY}, None, id="beside-workers-of-the-current-one"),
        pytest.param({B1: 990.0}, {B1: WHY}, None, id="nobody-has-polled-since"),
    ],
)
def test_whether_new_workflows_reach_the_replicas(
    pollers: dict[str, float], idle: dict[str, str], expected: str | None
) -> None:
    """Workers that ended are listed for minutes; with theirs the orders' workers and log were blamed."""
    look = Backlog(0, 0, 0.0, pollers, pollers, idle=idle)

    assert why_idle([Replica("1@host", None, 1, 1_000.0)], look) == expected
