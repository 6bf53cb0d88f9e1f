"""
What a run says once: of settings that its workers are not known to read, of task queues that nobody looks at.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import synthetic_steps
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.design.grid import Grid
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, NoteSeen
from loadtest.listeners.display import one_line
from loadtest.plan import WorkerSetup
from loadtest.results.run_folder import Run

OURS = Subject(ACTIVITIES, own_worker=True)


async def test_settings_that_a_users_workers_are_not_known_to_read_are_told_once(
    system: FakeSystem, tmp_path: Path
) -> None:
    """In one line after the first step, and kept for whoever reads the report; nothing of the kit's own workers."""
    plan = quick_plan(worker=WorkerSetup(sandbox=False))
    subject = replace(OURS, own_worker=False, own_command=True)
    runs, lines = {}, {}
    for name, measured in (("theirs", subject), ("ours", OURS)):
        runs[name], told = Run.create(tmp_path / name, plan, synthetic_steps.manifest()), list[Event]()
        design = Grid(plan)
        await run_experiment(
            {None: fake_ports(system)}, runs[name], measured, design, told.append, system.clock
        )
        lines[name] = [one_line(event) for event in told if isinstance(event, NoteSeen)]

    assert lines["ours"] == []
    (line,) = lines["theirs"]
    assert line is not None
    assert line.startswith("note: the plan names worker.sandbox, which these workers ")
    assert [f"note: {note}" for note in runs["theirs"].manifest.notes] == [line]


async def test_other_task_queues_are_told_once(system: FakeSystem, tmp_path: Path) -> None:
    """On the line beside the steps, and not in the report alone: the answer is of one queue."""
    plan = quick_plan(repetitions=2)
    run, told = Run.create(tmp_path, plan, synthetic_steps.manifest()), list[Event]()
    system.elsewhere = {"ovens": 7}

    await run_experiment({None: fake_ports(system)}, run, OURS, Grid(plan), told.append, system.clock)

    (line,) = [one_line(event) for event in told if isinstance(event, NoteSeen)]
    assert line is not None
    assert line.startswith(
        "note: activities of these workflows are scheduled on other task queues too (ovens): "
    )


async def test_orders_that_leave_children_behind_are_told_once(system: FakeSystem, tmp_path: Path) -> None:
    """In the same place, as throughput and waits of a step may be those of an earlier one's orders."""
    plan = quick_plan(repetitions=2)
    run, told = Run.create(tmp_path, plan, synthetic_steps.manifest()), list[Event]()
    system.left_children = 3

    await run_experiment({None: fake_ports(system)}, run, OURS, Grid(plan), told.append, system.clock)

    (line,) = [one_line(event) for event in told if isinstance(event, NoteSeen)]
    assert line is not None
    assert line.startswith(
        "note: orders end before child workflows that they start, as abandoned ones, or where the server ends orders "
    )
    assert [f"note: {note}" for note in run.manifest.notes] == [line]
