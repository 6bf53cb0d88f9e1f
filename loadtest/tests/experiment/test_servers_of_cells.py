"""
The loop where cells name their servers: each block is measured by the parts of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import synthetic_steps
from fake_clock import FakeClock, inline
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import ACTIVITIES, FakeSystem

from loadtest.cli.compare_plan import comparing_plan
from loadtest.cli.question_plan import RoundsAsked
from loadtest.design.compare import Compare
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, StepEnded
from loadtest.results.measured_step import Measured
from loadtest.results.run_folder import Run

A, B = "127.0.0.1:7233", "127.0.0.1:7234"


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> dict[str | None, FakeSystem]:
    """A faked system behind each address, in one virtual time."""
    monkeypatch.setattr(asyncio, "to_thread", inline)
    clock = FakeClock()
    return {A: FakeSystem(clock=clock), B: FakeSystem(clock=clock)}


async def _compare(
    systems: dict[str | None, FakeSystem],
    folder: Path,
    tell: Callable[[Event], None] = lambda event: None,
    block_seconds: float = 20.0,
) -> list[Measured]:
    plan, question = comparing_plan(
        quick_plan(),
        [f"address={A}"],
        [f"address={B}"],
        asked=RoundsAsked(2, block_seconds, rounds=3, most_rounds=3),
    )
    run = Run.create(folder, plan, synthetic_steps.manifest())
    ports = {address: fake_ports(system) for address, system in systems.items()}
    subject, clock = Subject(ACTIVITIES, own_worker=True), next(iter(systems.values())).clock
    await run_experiment(ports, run, subject, Compare(plan, question), tell, clock)
    return run.read_steps()


def _server(step: Measured) -> object:
    return dict(step.key.factors)["address"]


async def test_each_block_is_measured_on_its_own_server(
    systems: dict[str | None, FakeSystem], tmp_path: Path
) -> None:
    """A B B A three times: workers and load of a block are those of its server, and the other one gets nothing."""
    steps = await _compare(systems, tmp_path)

    order = "".join("A" if _server(step) == A else "B" for step in steps)
    assert order == "ABBA" * 3
    for address, system in systems.items():
        mine = [step for step in steps if _server(step) == address]
        assert [cell.address for cell in system.set_up] == [address] * 6
        assert system.scaled == [2] * 6
        assert system.stopped == ["reported"] * 6
        assert system.closed(system.clock.now()) == sum(step.injector.whole.sent for step in mine) > 0


async def test_what_hits_one_server_is_told_of_its_blocks_alone(
    systems: dict[str | None, FakeSystem], tmp_path: Path
) -> None:
    """B's server refuses requests within each block; A's blocks know of none."""
    systems[B].refuses = (8.0, 18.0)

    steps = await _compare(systems, tmp_path)

    refused = [
        _server(step) for step in steps if any(sum(look.refused.values()) > 0 for look in step.outside)
    ]
    assert refused and set(refused) == {B}


async def test_no_line_calls_a_block_invalid_that_is_taken(
    systems: dict[str | None, FakeSystem], tmp_path: Path
) -> None:
    """Blocks of 5 s hold too few closes for a rate of their own, and a comparison asks for none."""
    told = list[Event]()
    for system in systems.values():
        system.per_order = 0.1

    await _compare(systems, tmp_path, told.append, block_seconds=5.0)

    assert [event.verdict for event in told if isinstance(event, StepEnded)] == ["valid"] * 12
    written = [json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.glob("2*/steps/*/step.json")]
    assert [step["verdict"] for step in written] == ["valid"] * 12
