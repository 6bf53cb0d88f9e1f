"""
A task queue's rate limit that a plan varies.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import synthetic_steps
from fake_clock import inline
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.cli.compare_plan import comparing_plan
from loadtest.cli.question_plan import RoundsAsked
from loadtest.design.compare import Compare
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, StepStarted
from loadtest.results.run_folder import Run


async def test_each_block_has_the_limit_of_its_cell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is set before the load of each block begins."""
    monkeypatch.setattr(asyncio, "to_thread", inline)
    system, limits = FakeSystem(), list[float | None]()
    plan, question = comparing_plan(
        quick_plan(),
        ["queue_activities_per_second=20"],
        ["queue_activities_per_second=30"],
        asked=RoundsAsked(1, 20.0, rounds=3, most_rounds=3),
    )

    def tell(event: Event) -> None:
        if isinstance(event, StepStarted):
            limits.append(system.queue_per_second)

    run = Run.create(tmp_path, plan, synthetic_steps.manifest())
    subject = Subject(ACTIVITIES, own_worker=True)
    await run_experiment(
        {None: fake_ports(system)}, run, subject, Compare(plan, question), tell, system.clock
    )

    # At the start of a step the limit is still that of the step before.
    assert [*limits[1:], system.queue_per_second] == [20, 30, 30, 20] * 3
