"""
A step whose workers are of a version that gets no workflow.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.errors import TargetError
from loadtest.experiment.readiness import why_idle, why_mixed
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


ONE, TWO, NONE = "version one of bakery", "version two of bakery", "workers without a version"
REPLICAS = [Replica("1@host", None, 1, 1_000.0), Replica("2@host", None, 2, 1_000.0)]


@pytest.mark.parametrize(
    ("versions", "at", "told"),
    [
        pytest.param({"1@host": {ONE}, "2@host": {TWO}}, 1_001.0, f"{ONE} and {TWO}", id="a-replica-of-each"),
        pytest.param({"1@host": {ONE, NONE}}, 1_001.0, f"{ONE} and {NONE}", id="both-in-one-process"),
        pytest.param({"1@host": {ONE}, "2@host": {ONE}}, 1_001.0, None, id="all-of-one"),
        pytest.param({"1@host": {ONE}, "9@host": {TWO}}, 1_001.0, None, id="beside-somebody-else"),
        pytest.param({"1@host": {ONE}, "2@host": {TWO}}, 990.0, None, id="before-their-start"),
        pytest.param({}, 1_001.0, None, id="not-known"),
    ],
)
def test_replicas_of_several_versions_are_not_measured_as_one(
    versions: dict[str, set[str]], at: float, told: str | None
) -> None:
    """Half of the slots took no part, and the half that did was told as half in use."""
    polls = dict.fromkeys(("1@host", "2@host", "9@host"), at)
    look = Backlog(
        0, 0, 0.0, polls, polls, versions={name: frozenset(names) for name, names in versions.items()}
    )

    why = why_mixed(REPLICAS, look, lambda _: None)

    assert (why is not None) is (told is not None)
    assert told is None or f"the replicas' workers are {told}: " in str(why)


@pytest.mark.parametrize("after", [0.0, 30.0], ids=["before-the-load", "in-the-window"])
async def test_a_step_with_workers_of_two_versions_ends_with_that(system: FakeSystem, after: float) -> None:
    """Before any load where that is seen in time; the second worker of a process may poll later than the first."""
    system.versions = frozenset({ONE, TWO})
    system.versions_at = system.clock.now() + after

    with pytest.raises(
        TargetError, match="one of bakery and version two of bakery.*let all of them be of one version"
    ):
        await carry_out(system)
    assert (system.instruction is None) is (after == 0)
