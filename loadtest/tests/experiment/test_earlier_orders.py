"""
What an earlier step left open is waited for, as what is done of it would be counted as the next step's.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from fake_ports import fake_ports
from fake_steps import quick_plan
from fake_system import FakeSystem

from loadtest.analysis.rules.unaccounted_workflows import disagreeing_counts
from loadtest.design.grid import Grid
from loadtest.errors import WorkerDiedError
from loadtest.experiment.earlier_orders import EarlierOrders, wait_for_earlier_orders
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.progress import Event, PhaseStarted
from loadtest.plan import Plan
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.problem import ProblemCause
from loadtest.results.run_folder import Run

DRAIN_SECONDS = 60.0
WAITS = "wait for workflows of earlier steps"


async def _measure(folder: Path, system: FakeSystem, plan: Plan, *, target: str = "local") -> list[Event]:
    told = list[Event]()
    run = Run.create(folder, plan, replace(synthetic_steps.manifest(), target=target))
    await run_experiment(
        {None: fake_ports(system)}, run, Subject(None, own_worker=True), Grid(plan), told.append, system.clock
    )
    return told


def _waits(told: list[Event]) -> int:
    return sum(isinstance(event, PhaseStarted) and event.phase == WAITS for event in told)


async def test_the_next_step_begins_once_the_last_of_them_has_closed(
    system: FakeSystem, tmp_path: Path
) -> None:
    """Thirty that a step above capacity left, one each three seconds."""
    system.open_at_end, system.left_ends_each = 30, 3.0
    plan = quick_plan(replicas=(1,))

    told = await _measure(tmp_path, system, plan)

    steps = Run.open(next(tmp_path.glob("2*"))).read_steps()
    assert _waits(told) == len(steps) - 1
    began = [step.started_at - step.warm_up_seconds for step in steps]
    spent = plan.warm_up_seconds + steps[0].window_seconds
    assert began[1] - began[0] >= spent + 90
    assert not any(
        problem.cause is ProblemCause.EARLIER_ORDERS for step in steps for problem in step.problems
    )


async def test_a_step_beside_workflows_that_never_end_names_them(system: FakeSystem, tmp_path: Path) -> None:
    """Not some other program, which nobody would find."""
    system.open_at_end = 7
    await _measure(tmp_path, system, quick_plan(replicas=(1,)))

    first, second, *_ = Run.open(next(tmp_path.glob("2*"))).read_steps()
    assert first.problems == ()
    (problem,) = second.problems
    assert problem.cause is ProblemCause.EARLIER_ORDERS
    assert problem.text.startswith("7 workflows of earlier steps were still open when this step began")
    assert "raise drain_seconds (now 60)" in problem.text
    counts = replace(second.injector, whole=InjectorCounts(500, 500, 500, 500))
    (reason,) = disagreeing_counts(replace(second, injector=counts), quick_plan())
    assert reason.endswith("the workflows that earlier steps left open are among them")


async def test_workflows_that_hang_and_do_nothing_are_waited_for_once(
    system: FakeSystem, tmp_path: Path
) -> None:
    """One that waits for a signal which never comes holds no slot, and must not spoil every later step."""
    system.open_at_end, system.slots = 7, None

    await _measure(tmp_path, system, quick_plan(replicas=(1,)))

    _, second, *_ = Run.open(next(tmp_path.glob("2*"))).read_steps()
    assert second.problems == ()
    assert any("7 workflows of earlier steps are open on this task queue" in note for note in second.notes)


@pytest.mark.parametrize("target", ["address", "local"])
async def test_a_server_that_ran_before_is_asked_what_other_runs_left(
    system: FakeSystem, tmp_path: Path, target: str
) -> None:
    """An interrupted run leaves some, which a new one's workers take; a server of the run's own has none."""
    system.others_open = 3

    told = await _measure(tmp_path, system, quick_plan(replicas=(1,)), target=target)

    first, second, *_ = Run.open(next(tmp_path.glob("2*"))).read_steps()
    assert _waits(told) == (target == "address")
    noted = [
        [note for note in step.notes if "3 workflows of other runs are open" in note]
        for step in (first, second)
    ]
    assert [len(notes) for notes in noted] == [int(target == "address"), 0]
    assert first.problems == ()


async def test_a_server_that_lists_nothing_is_a_note(system: FakeSystem, tmp_path: Path) -> None:
    """Nobody then knows whether there are any."""
    system.away = {"orders": (-1e12, 1e12)}

    await _measure(tmp_path, system, quick_plan(replicas=(1,)), target="address")

    first, *_ = Run.open(next(tmp_path.glob("2*"))).read_steps()
    assert any(
        "whether earlier steps left workflows open is not known: permission" in note for note in first.notes
    )


async def test_a_worker_that_ends_meanwhile_ends_the_wait(system: FakeSystem) -> None:
    """They would be waited for in vain."""
    ports = fake_ports(system)

    async def died() -> None:
        raise WorkerDiedError("worker-1 ended")

    async def busy() -> bool:
        return True

    async def wait() -> EarlierOrders:
        return await wait_for_earlier_orders(
            ports.orders, died, busy, lambda event: None, system.clock, drain_seconds=DRAIN_SECONDS
        )

    assert await wait() == EarlierOrders()
    system.others_open = 1
    with pytest.raises(WorkerDiedError, match="worker-1 ended"):
        await wait()
