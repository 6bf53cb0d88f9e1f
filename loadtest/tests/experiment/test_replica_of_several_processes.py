"""
A launcher may start several workers for one replica; a page is that of one of them.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out, quick_plan
from fake_system import FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.results.step_result import StepVerdict


@pytest.mark.parametrize("processes", [1, 3])
async def test_the_page_of_one_process_is_not_counted_for_the_replica(
    system: FakeSystem, processes: int
) -> None:
    """Its counts are a part of theirs, and the step would be said to lose orders."""
    system.processes = processes

    measured, _ = await carry_out(system, own_worker=False)
    result = read_step(measured, quick_plan())

    assert (measured.worker_whole is None) is (processes > 1)
    assert any("several processes, of which a page tells one" in note for note in result.notes) is (
        processes > 1
    )
    assert result.verdict is StepVerdict.VALID


async def test_processes_that_are_listed_late_make_the_step_invalid(system: FakeSystem) -> None:
    """The load was made for the slots of one, and the page is that of one; the next attempt knows them all."""
    system.processes, system.processes_at = 3, system.clock.now() + 5

    measured, _ = await carry_out(system, own_worker=False)

    assert [problem.subject for problem in measured.problems] == [
        replica.identity for replica in system.replicas
    ]
    assert (
        "is 3 processes, which its heartbeats did not tell when the step began" in measured.problems[0].text
    )


@pytest.mark.parametrize("shares", [False, True])
async def test_slots_of_workers_that_share_a_page_are_those_of_their_heartbeats(
    system: FakeSystem, shares: bool
) -> None:
    """The page counts the tasks of all of them, and shows the slots of one."""
    system.shares_page = shares

    measured, _ = await carry_out(system)

    assert measured.worker_whole is not None
    by_heartbeat = sum(worker.activity_slots_used or 0 for worker in measured.workers)
    assert measured.slots_used == by_heartbeat
    assert (measured.limits.activity_slots is None) is shares
