"""
A launcher may start several workers for one replica; a page is that of one of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import carry_out, quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.grid import Grid
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, NoteSeen
from loadtest.experiment.snapshot import pages_to_read
from loadtest.results.measured_step import Replica
from loadtest.results.run_folder import Run
from loadtest.results.step_result import StepVerdict
from loadtest.results.worker_facts import WorkerFacts


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
        "is 3 processes, which neither heartbeats nor polls told when the step began"
        in measured.problems[0].text
    )


async def test_processes_of_the_replicas_group_are_waited_for(system: FakeSystem) -> None:
    """A launcher and its two workers are three processes, of which two ever poll: the third is not waited for long."""
    system.processes, system.processes_after, system.group_size = 2, 3.0, 3

    measured, _ = await carry_out(system, own_worker=False)

    assert measured.worker_whole is None
    assert read_step(measured, quick_plan()).verdict is StepVerdict.VALID


async def test_the_kits_own_worker_is_one_process_and_not_waited_for(system: FakeSystem) -> None:
    """Whatever else its group has."""
    system.group_size, began = 3, system.clock.now()

    await carry_out(system)

    assert system.instruction is not None
    assert system.instruction.start_at - began < 1


async def test_only_the_first_step_of_a_run_learns_of_the_processes(
    system: FakeSystem, tmp_path: Path
) -> None:
    """Each replica count had one attempt that was invalid; and the note is told once."""
    system.processes, system.processes_after = 2, 8.0
    told: list[Event] = []
    run = Run.create(tmp_path, quick_plan(shuffle=False), synthetic_steps.manifest())

    await run_experiment(
        {None: fake_ports(system)},
        run,
        Subject(ACTIVITIES, own_worker=False),
        Grid(run.plan),
        told.append,
        system.clock,
    )

    steps = run.read_steps()
    assert [step.key.replicas for step in steps if step.key.attempt > 1] == [1]
    # Two orders for each of ten slots of each process.
    closed = [step for step in steps if step.in_flight is not None]
    assert [step.in_flight for step in closed] == [20, 40, 80]
    notes = [event.note for event in told if isinstance(event, NoteSeen)]
    assert [note.partition(" here:")[0] for note in notes] == ["a replica is 2 worker processes"]


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


@pytest.mark.parametrize(("before", "is_read"), [(None, True), (1, True), (2, False)])
def test_no_page_is_read_of_a_replica_that_was_several_processes_before(
    before: int | None, is_read: bool
) -> None:
    """The second one may be slower to start than anybody waits."""
    replica = Replica("worker-1", "http://worker-1/metrics", 101, 0.0)

    assert bool(pages_to_read([replica], [WorkerFacts("worker-1")], before)) is is_read
